"""What moves a parameter from outside, and what the panel is told of the script's own moves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ._keyboard import KeyboardMarks
from ._layout import Layout
from ._parameter import Parameter
from ._wire import PARAMETER, TEXT

if TYPE_CHECKING:
    from ._runtime import Runtime
    from ._taking import Record

_MOST_TEXT = 4096


class Panel:
    """The controls of one script, beside their declarations."""

    __slots__ = ("layout", "cells", "moved", "restored", "heard", "text_so_far", "moving", "keyboard", "watched",
                 "given_up", "told_given_up")

    def __init__(self) -> None:
        self.layout = Layout()
        #: By number on the wire: the parameter, and which of its values.
        self.cells: list[tuple[Parameter[Any], int]] = []
        #: What the script itself has moved since the panel was told.
        self.moved: dict[Parameter[Any], None] = {}
        #: What was not at its default when the script was loaded.
        self.restored: list[Parameter[Any]] = []
        #: Moves from outside that the script has heard of.
        self.heard = 0
        self.text_so_far = b""
        self.moving: Parameter[Any] | None = None
        self.keyboard = KeyboardMarks()
        #: What `watch` has shown since the window was told, by name.
        self.watched: dict[str, str] = {}
        #: The script is bypassed, not by the user; and what the window knows of that.
        self.given_up = self.told_given_up = False

    @property
    def wanted(self) -> bool:
        """Whether there is something to tell."""
        return (
            bool(self.moved)
            or bool(self.watched)
            or self.keyboard.changed
            or self.given_up != self.told_given_up
        )


def move(rt: Runtime, records: list[Record], at: int) -> Parameter[Any] | None:
    """Takes a PARAMETER or TEXT record. Gives the parameter if it is another now and nothing more of it follows at this
    sample: of a table that is drawn, the handler sees the whole."""
    panel = rt.panel
    record = records[at]
    parameter, cell = panel.cells[record[2]]
    panel.heard += 1
    if record[0] == PARAMETER:
        new = parameter._from_wire(record[3], cell)
    else:
        panel.text_so_far += record[3]
        if not record[4]:
            return None
        text, panel.text_so_far = panel.text_so_far[:_MOST_TEXT].decode(errors="replace"), b""
        new = parameter._from_text(text)
    if new != parameter._value:
        parameter._take(new)
        panel.moving = parameter
    following = records[at + 1] if at + 1 < len(records) else None
    if (
        following is not None
        and following[0] in (PARAMETER, TEXT)
        and following[1] == record[1]
        and panel.cells[following[2]][0] is parameter
    ):
        return None
    moved, panel.moving = panel.moving, None
    return moved


def panel_news(rt: Runtime) -> str:
    """What the script itself has moved since the last time, as JSON: values by their number, texts by theirs, watched
    values by name, and how many moves from outside it had heard of by then. "" if nothing."""
    panel = rt.panel
    if not panel.wanted:
        return ""
    news: dict[str, object] = {"heard": panel.heard}
    values: dict[int, float] = {}
    texts: dict[int, str] = {}
    for parameter in panel.moved:
        values.update(enumerate(parameter._to_wire(), parameter._first))
        text = parameter._to_text()
        if text or parameter._declare()[0]["type"] in ("label", "filedrop"):
            texts[parameter._first] = text
    panel.moved.clear()
    if values:
        news["values"] = values
    if texts:
        news["texts"] = texts
    if panel.keyboard.changed:
        news["keyboard"] = panel.keyboard.told()
    if panel.watched:
        news["watched"], panel.watched = list(panel.watched.items()), {}
    if panel.given_up != panel.told_given_up:
        news["given_up"] = panel.told_given_up = panel.given_up
    return json.dumps(news)
