"""`keyboard`: what the window's keyboard shows of the script: colours, labels, keys that switch instead of sounding."""

from __future__ import annotations

from typing import Final, Literal

from . import _active
from ._names import key_number, key_range

#: Colours of the window's palette, by name.
COLOURS: Final = ("amber", "blue", "green", "red", "violet", "yellow", "grey", "none")
Colour = Literal["amber", "blue", "green", "red", "violet", "yellow", "grey", "none"]
Kind = Literal["note", "control", "off"]
_KINDS = ("note", "control", "off")
_MOST_LABEL = 12


class KeyboardMarks:
    """What one script has said of the keys. Another script begins with none."""

    __slots__ = ("colours", "labels", "kinds", "changed")

    def __init__(self) -> None:
        self.colours: dict[int, str] = {}
        self.labels: dict[int, str] = {}
        self.kinds: dict[int, str] = {}
        self.changed = False

    def told(self) -> list[list[object]]:
        """[key, colour, label, kind] of every key that is marked."""
        self.changed = False
        keys = sorted({*self.colours, *self.labels, *self.kinds})
        return [
            [key, self.colours.get(key, ""), self.labels.get(key, ""), self.kinds.get(key, "note")] for key in keys
        ]


class Keyboard:
    """Marks keys of the window's keyboard while this script's track is selected. Call it at module level, or at any
    time later."""

    __slots__ = ()

    def colour(self, keys: int | str | range, name: Colour) -> None:
        """Paints keys: `keyboard.colour("C2:B2", "blue")`; "none" takes the colour away."""
        if name not in COLOURS:
            raise ValueError(f"a colour of keys is one of {', '.join(COLOURS)}, not {name!r}")
        _mark(_active.current().panel.keyboard.colours, keys, "" if name == "none" else name)

    def label(self, key: int | str, text: str) -> None:
        """Writes on one key: `keyboard.label("C1", "legato")`, at most 12 characters; "" takes it away."""
        if not isinstance(text, str):
            raise TypeError(f"the label of a key is a text, not {text!r}")
        number = key_number(key)
        _mark(_active.current().panel.keyboard.labels, range(number, number + 1), text[:_MOST_LABEL])

    def kind(self, keys: int | str | range, kind: Kind) -> None:
        """Says what keys do: "note" (sound), "control" (switch something, as key switches do), "off" (nothing)."""
        if kind not in _KINDS:
            raise ValueError(f"the kind of keys is one of {', '.join(_KINDS)}, not {kind!r}")
        _mark(_active.current().panel.keyboard.kinds, keys, "" if kind == "note" else kind)


def _mark(marks: dict[int, str], keys: int | str | range, mark: str) -> None:
    for key in key_range(keys):
        if marks.get(key, "") != mark:
            _active.current().panel.keyboard.changed = True
            if mark:
                marks[key] = mark
            else:
                del marks[key]


keyboard: Keyboard = Keyboard()
