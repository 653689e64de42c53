"""`Group` and `Row`: how the controls stand on the panel."""

from __future__ import annotations

from types import TracebackType

from . import _active
from ._errors import LoadError, caller


class Layout:
    """Where the next control goes."""

    __slots__ = ("groups", "row", "_rows")

    def __init__(self) -> None:
        self.groups: list[str] = []
        #: 0: none. Controls of one row stand side by side before the next row begins below.
        self.row = 0
        self._rows = 0

    def place(self) -> tuple[str, int]:
        return (self.groups[-1] if self.groups else ""), self.row

    def next_row(self) -> int:
        self._rows += 1
        return self._rows


class Group:
    """Controls that belong together, under a heading.

    with Group("Filter"):
        cutoff = Knob("Cutoff", 0.5)
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        if not isinstance(name, str) or not name.strip():
            raise TypeError(f"a Group needs a name, a str, not {name!r}")
        self.name: str = name

    def __enter__(self) -> Group:
        layout = _loading("Group")
        if layout.groups:
            outer = layout.groups[-1]
            raise LoadError(f"Group {self.name!r} is inside of Group {outer!r}: groups have one level", *caller())
        layout.groups.append(self.name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _active.current().panel.layout.groups.pop()


class Row:
    """Controls side by side; the next row stands below.

    with Row():
        attack = Slider("Attack", 0.1)
    """

    __slots__ = ()

    def __enter__(self) -> Row:
        layout = _loading("Row")
        if layout.row:
            raise LoadError("a Row is inside of another Row", *caller())
        layout.row = layout.next_row()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _active.current().panel.layout.row = 0


def _loading(what: str) -> Layout:
    rt = _active.current()
    if not rt.loading:
        raise RuntimeError(f"{what} belongs at module level, where the controls are declared")
    return rt.panel.layout
