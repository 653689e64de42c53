"""The panels of a chain's scripts as one: what the second script calls "rate" is "2.rate" outside of it."""

from __future__ import annotations

import json
import os
import re
from typing import Any, Mapping, cast

from ._errors import LoadError
from ._moves import panel_news
from ._parameter import MOST_VALUES, Declaration
from ._runtime import Runtime
from ._watching import MOST_WATCHED

_ROWS = 1000


def of_script(place: int, values: Mapping[str, float | str]) -> dict[str, float | str]:
    """Those values that belong to the script at a place (from 0), by its own ids."""
    if place == 0:
        return {id: value for id, value in values.items() if not re.match(r"\d+\.", id)}
    prefix = f"{place + 1}."
    return {id[len(prefix) :]: value for id, value in values.items() if id.startswith(prefix)}


def titles(scripts: list[str]) -> list[str]:
    """The headings of their panels: the files' names; told apart where a script comes twice."""
    names = [os.path.basename(script) for script in scripts]
    return [name if names.count(name) == 1 else f"{name} ({place})" for place, name in enumerate(names, 1)]


class NumberedParameters:
    """All parameters of a chain, as the host counts them."""

    def __init__(self) -> None:
        self._runtimes: list[Runtime] = []
        #: The number of each script's first value.
        self.first: list[int] = []
        #: Watched values that were too many for one message.
        self._watched: dict[str, str] = {}

    def number(self, runtimes: list[Runtime]) -> None:
        self._runtimes = runtimes
        self.first = []
        count = 0
        for rt in runtimes:
            self.first.append(count)
            count += len(rt.panel.cells)
            if count > MOST_VALUES:
                raise LoadError(
                    f"the panels of this track's scripts have more than {MOST_VALUES} values, cells of tables counted",
                    rt.script,
                    0,
                )
        ids = self.ids()
        for id in ids:
            if ids.count(id) > 1:
                raise LoadError(f"two parameters of this track's scripts have the id {id!r}: give one another id=",
                                runtimes[0].script, 0)  # fmt: skip

    def of(self, place: int, values: Mapping[str, float | str]) -> dict[str, float | str]:
        return of_script(place, values)

    def ids(self) -> list[str]:
        """Of every value."""
        return [
            id if place == 0 else f"{place + 1}.{id}"
            for place, rt in enumerate(self._runtimes)
            for parameter in rt.parameters
            for id in parameter._ids()
        ]

    def declare(self) -> list[Declaration]:
        """Every script's panel is a group of its own."""
        declared: list[Declaration] = []
        for place, (rt, title) in enumerate(zip(self._runtimes, titles([rt.script for rt in self._runtimes]))):
            prefix = f"{place + 1}." if place else ""
            for parameter in rt.parameters:
                for one in parameter._declare():
                    group = f"{title}: {one['group']}" if one["group"] else title
                    row = one["row"] + _ROWS * place if one["row"] else 0
                    owner = prefix + one["owner"] if one["owner"] else ""
                    changed: dict[str, Any] = {"id": prefix + one["id"], "owner": owner, "group": group, "row": row}
                    declared.append(cast(Declaration, {**one, **changed}))
        return declared

    @property
    def show_wanted(self) -> bool:
        return bool(self._watched) or any(rt.panel.wanted for rt in self._runtimes)

    def news(self) -> str:
        """What the scripts themselves have moved, marked and watched, and which of them have given up, as one message;
        "" if nothing. Of a key that two scripts mark the earlier one's mark counts: it is nearer to the keyboard. What
        the second script watches as "step" is "2.step"."""
        if not self.show_wanted:
            return ""
        news: dict[str, Any] = {"heard": sum(rt.panel.heard for rt in self._runtimes)}
        keys = any(rt.panel.keyboard.changed for rt in self._runtimes)
        if any(rt.panel.given_up != rt.panel.told_given_up for rt in self._runtimes):
            news["given_up"] = sum(rt.panel.given_up << place for place, rt in enumerate(self._runtimes))
        for place, rt in enumerate(self._runtimes):
            text = panel_news(rt)
            own = json.loads(text) if text else {}
            for what in ("values", "texts"):
                for number, value in own.get(what, {}).items():
                    news.setdefault(what, {})[int(number) + self.first[place]] = value
            for name, shown in own.get("watched", ()):
                self._watched[f"{place + 1}.{name}" if place else name] = shown
        names = list(self._watched)[:MOST_WATCHED]
        if names:
            news["watched"] = [(name, self._watched.pop(name)) for name in names]
        if keys:
            marks = {
                str(mark[0]): mark for rt in reversed(self._runtimes) for mark in rt.panel.keyboard.told()
            }
            news["keyboard"] = [marks[key] for key in sorted(marks, key=int)]
        return json.dumps(news)
