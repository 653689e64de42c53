"""What all controls of the panel have in common: an id, a value that both sides can move, a handler."""

from __future__ import annotations

import inspect
import re
from operator import attrgetter
from typing import Callable, Generic, Sequence, TypedDict, TypeVar, cast, overload

from . import _active
from ._errors import LoadError, caller
from ._functions import check_function, place_of
from ._handler import Handler

T = TypeVar("T")
R = TypeVar("R")

#: Values of one script's panel, cells of tables counted (`scripting/slot.h` has the same).
MOST_VALUES = 1024


class Declaration(TypedDict):
    """One value of the panel as the host hears of it. A Table and an XY have several, with one `owner`."""

    id: str
    name: str
    type: str
    owner: str
    value: float
    initial: float
    minimum: float
    maximum: float
    step: float
    curve: str
    unit: str
    text: str
    choices: list[str]
    group: str
    row: int


def declaration(parameter: Parameter[object], **fields: object) -> Declaration:
    """A declaration with everything that is not said in its plain state."""
    plain: Declaration = {
        "id": parameter.id,
        "name": parameter.name,
        "type": type(parameter).__name__.lower(),
        "owner": "",
        "value": 0.0,
        "initial": 0.0,
        "minimum": 0.0,
        "maximum": 1.0,
        "step": 0.0,
        "curve": "linear",
        "unit": "",
        "text": "",
        "choices": [],
        "group": parameter._group,
        "row": parameter._row,
    }
    return cast(Declaration, {**plain, **fields})


class Parameter(Generic[T]):
    """A control on the track's panel. Its `value` is moved by the user, by automation, or by the script itself."""

    __slots__ = ("id", "name", "_value", "_handler", "_takes_value", "_first", "_group", "_row", "_glides")
    _value: T
    #: How many numbers it has on the wire.
    _cells = 1
    #: Whether the user moves it, and it is kept in sessions and presets.
    _kept = True

    def __init__(self, name: str, id: str | None) -> None:
        if not isinstance(name, str) or not name.strip():
            raise TypeError(f"a parameter needs a name, a str, not {name!r}")
        rt = _active.current()
        self.name: str = name
        self.id: str = id if id is not None else re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        if not rt.loading:
            raise RuntimeError(f"parameter {name!r} must be declared at module level, before the script is live")
        if not self.id:
            raise LoadError(f"parameter {name!r} needs an id: give it id=", *caller())
        if "[" in self.id or "]" in self.id:
            raise LoadError(f"parameter {name!r}: the id {self.id!r} has brackets, which stand for cells", *caller())
        if any(other.id == self.id for other in rt.parameters):
            raise LoadError(f"two parameters have the id {self.id!r}: give one of them another name or id=", *caller())
        self._handler: Handler | None = None
        self._takes_value = False
        self._glides: list[Callable[[], None]] = []
        self._group: str
        self._row: int
        self._group, self._row = rt.panel.layout.place()

    @property
    def value(self) -> T:
        """The value now."""
        return self._value

    @value.setter
    def value(self, value: T) -> None:
        new = self._accept(value)
        if new != self._value:
            self._take(new)
            _active.current().panel.moved[self] = None

    @overload
    def changed(self, fn: Callable[[T], R]) -> Callable[[T], R]:
        ...

    @overload
    def changed(self, fn: Callable[[], R]) -> Callable[[], R]:
        ...

    def changed(self, fn: Callable[..., R]) -> Callable[..., R]:
        """Decorator: the function runs when the user, automation, a learned controller or an opened session moves the
        control, with the new value if it takes one. Not when the script itself assigns, nor after a swap or restart."""
        what = f"@{self.id}.changed"
        check_function(fn, what)
        if not _active.current().loading:
            raise RuntimeError(f"{what} belongs at module level: handlers are fixed once the script is loaded")
        if self._handler is not None:
            raise LoadError(f"two functions take {what}: keep one of them", *place_of(fn))
        self._handler = Handler(fn, None, None)
        self._takes_value = bool(inspect.signature(fn).parameters)
        return fn

    def _take(self, value: T) -> None:
        """From now on it is this."""
        for glide in self._glides:
            glide()
        self._value = value

    def _is_let_go(self) -> bool:
        """Whether it moved without that being a change to tell of: a button that goes up."""
        return False

    # ---- of each kind

    def _accept(self, value: T) -> T:
        """The value as it is kept: of the right type (else it raises) and in range."""
        raise NotImplementedError

    def _from_wire(self, value: float, cell: int) -> T:
        """The value with one of its numbers changed; in range, whatever comes."""
        raise NotImplementedError

    def _from_text(self, text: str) -> T:
        """The value of a control that has a text."""
        return self._value

    def _to_wire(self) -> Sequence[float]:
        """Its numbers."""
        raise NotImplementedError

    def _to_text(self) -> str:
        return ""

    def _declare(self) -> list[Declaration]:
        raise NotImplementedError

    def _begin(self, default: T) -> None:
        """Takes the saved value, if there is one; puts the parameter on the panel."""
        rt = _active.current()
        self._value = default
        self._restore(rt.saved_values)
        if self._value != default:
            rt.panel.restored.append(self)
        self._first = len(rt.panel.cells)
        rt.parameters.append(self)
        rt.panel.cells += [(self, cell) for cell in range(self._cells)]
        if len(rt.panel.cells) > MOST_VALUES:
            raise LoadError(f"the panel has more than {MOST_VALUES} values, cells of tables counted", *caller())

    def _restore(self, values: dict[str, float | str]) -> None:
        """Takes what is there of it among saved values, by id."""
        for cell, id in enumerate(self._ids() if self._kept else ()):
            saved = values.get(id)
            if isinstance(saved, (int, float)):
                self._value = self._from_wire(saved, cell)
            elif isinstance(saved, str):
                self._value = self._from_text(saved)

    def _ids(self) -> list[str]:
        return [self.id] if self._cells == 1 else [f"{self.id}[{cell}]" for cell in range(self._cells)]


# Loops read values at every step: without a frame of Python's own that is twice as fast.
_value = Parameter.__dict__["value"]
setattr(Parameter, "value", property(attrgetter("_value"), _value.fset, None, _value.__doc__))
