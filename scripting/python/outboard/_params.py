"""The panel: `Knob`, `Menu`, `Toggle`. Declared at module level, they become the track's controls."""

from __future__ import annotations

import inspect
import math
import re
from typing import Callable, Generic, Sequence, TypedDict, TypeVar, overload

from typing import Literal

from . import _active
from ._errors import LoadError, caller
from ._functions import check_function, place_of
from ._handler import Handler

T = TypeVar("T")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., object])


class Declaration(TypedDict):
    """A parameter as the host hears of it."""

    id: str
    name: str
    type: str
    value: float
    initial: float
    minimum: float
    maximum: float
    step: float
    unit: str
    choices: list[str]


class Parameter(Generic[T]):
    """A control on the track's panel. Its `value` is moved by the user, by automation, or by the script itself."""

    __slots__ = ("id", "name", "_value", "_handler", "_takes_value")
    _value: T

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
        if any(other.id == self.id for other in rt.parameters):
            raise LoadError(f"two parameters have the id {self.id!r}: give one of them another name or id=", *caller())
        self._handler: Handler | None = None
        self._takes_value = False

    @property
    def value(self) -> T:
        """The value now."""
        return self._value

    @value.setter
    def value(self, value: T) -> None:
        self._value = self._accept(value)

    @overload
    def changed(self, fn: Callable[[T], R]) -> Callable[[T], R]:
        ...

    @overload
    def changed(self, fn: Callable[[], R]) -> Callable[[], R]:
        ...

    def changed(self, fn: Callable[..., R]) -> Callable[..., R]:
        """Decorator: the function runs when the user or automation moves the control, with the new value if it takes
        one. Not when the script itself assigns."""
        what = f"@{self.id}.changed"
        check_function(fn, what)
        if not _active.current().loading:
            raise RuntimeError(f"{what} belongs at module level: handlers are fixed once the script is loaded")
        if self._handler is not None:
            raise LoadError(f"two functions take {what}: keep one of them", *place_of(fn))
        self._handler = Handler(fn, None, None)
        self._takes_value = bool(inspect.signature(fn).parameters)
        return fn

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id!r}: {self.value!r}>"

    def _accept(self, value: T) -> T:
        """The value as it is kept: of the right type (else it raises) and in range."""
        raise NotImplementedError

    def _from_wire(self, value: float) -> T:
        raise NotImplementedError

    def _declare(self) -> Declaration:
        raise NotImplementedError

    def _begin(self, default: T) -> None:
        """Takes the saved value, if there is one; puts the parameter on the panel."""
        rt = _active.current()
        saved = rt.saved_values.get(self.id)
        self._value = default if saved is None else self._from_wire(saved)
        rt.parameters.append(self)


Number = TypeVar("Number", int, float)


class Knob(Parameter[Number]):
    """A number. `Knob("Gate", 0.5, min=0.05, max=1.0, unit="%")`; with `step=1` the value is an int."""

    __slots__ = ("min", "max", "step", "unit", "_default")
    _default: Number

    @overload
    def __init__(
        self: Knob[int],
        name: str,
        default: int,
        *,
        min: int,
        max: int,
        step: Literal[1],
        unit: str = "",
        id: str | None = None,
    ) -> None:
        ...

    @overload
    def __init__(
        self: Knob[float],
        name: str,
        default: float,
        *,
        min: float = 0.0,
        max: float = 1.0,
        step: float | None = None,
        unit: str = "",
        id: str | None = None,
    ) -> None:
        ...

    def __init__(
        self,
        name: str,
        default: float,
        *,
        min: float = 0.0,
        max: float = 1.0,
        step: float | None = None,
        unit: str = "",
        id: str | None = None,
    ) -> None:
        for what, number in (("default", default), ("min", min), ("max", max), ("step", step or 0)):
            if not isinstance(number, (int, float)) or not math.isfinite(number):
                raise TypeError(f"Knob {name!r}: {what} is a number, not {number!r}")
        super().__init__(name, id)
        if not min < max:
            raise LoadError(f"Knob {name!r}: min {min} must be below max {max}", *caller())
        if not min <= default <= max:
            raise LoadError(f"Knob {name!r}: the default {default} is not within {min} to {max}", *caller())
        if step is not None and step <= 0:
            raise LoadError(f"Knob {name!r}: step {step} must be above 0", *caller())
        self.min: float = min
        self.max: float = max
        self.step: float | None = step
        self.unit: str = unit
        self._default = self._fit(default)
        self._begin(self._default)

    def _fit(self, value: float) -> Number:
        if self.step is not None:
            value = self.min + math.floor((value - self.min) / self.step + 0.5) * self.step
        value = min(max(value, self.min), self.max)
        return int(value) if self.step == 1 else float(value)  # type: ignore[return-value]

    def _accept(self, value: Number) -> Number:
        if not isinstance(value, (int, float)) or value != value:
            raise TypeError(f"{self.name}.value is a number, not {value!r}")
        if not self.min <= value <= self.max:
            _active.current().warn_clamped(f"{self.name}.value", value, f"{self.min} to {self.max}")
        return self._fit(value)

    def _from_wire(self, value: float) -> Number:
        return self._fit(value)

    def _declare(self) -> Declaration:
        return {
            "id": self.id,
            "name": self.name,
            "type": "knob",
            "value": float(self._value),
            "initial": float(self._default),
            "minimum": float(self.min),
            "maximum": float(self.max),
            "step": float(self.step or 0.0),
            "unit": self.unit,
            "choices": [],
        }


class Menu(Parameter[str]):
    """One of several texts. `Menu("Rate", ["1/4", "1/8"], default="1/8")`; the first one if no default is given."""

    __slots__ = ("choices", "_default")

    def __init__(self, name: str, choices: Sequence[str], default: str | None = None, *, id: str | None = None) -> None:
        super().__init__(name, id)
        if isinstance(choices, str) or not choices or not all(isinstance(choice, str) for choice in choices):
            raise LoadError(f"Menu {name!r} needs a list of texts to choose from", *caller())
        if default is not None and default not in choices:
            raise LoadError(f"Menu {name!r}: the default {default!r} is not one of its choices", *caller())
        self.choices: tuple[str, ...] = tuple(choices)
        self._default = self.choices[0] if default is None else default
        self._begin(self._default)

    @property
    def index(self) -> int:
        """The place of the value among the choices, from 0."""
        return self.choices.index(self._value)

    def _accept(self, value: str) -> str:
        if not isinstance(value, str):
            raise TypeError(f"{self.name}.value is one of its texts, not {value!r}")
        if value not in self.choices:
            raise ValueError(f"{self.name}.value is one of {', '.join(self.choices)}, not {value!r}")
        return value

    def _from_wire(self, value: float) -> str:
        return self.choices[min(max(round(value), 0), len(self.choices) - 1)]

    def _declare(self) -> Declaration:
        return {
            "id": self.id,
            "name": self.name,
            "type": "menu",
            "value": float(self.index),
            "initial": float(self.choices.index(self._default)),
            "minimum": 0.0,
            "maximum": float(len(self.choices) - 1),
            "step": 1.0,
            "unit": "",
            "choices": list(self.choices),
        }


class Toggle(Parameter[bool]):
    """On or off. `Toggle("Octave up", False)`."""

    __slots__ = ("_default",)

    def __init__(self, name: str, default: bool = False, *, id: str | None = None) -> None:
        super().__init__(name, id)
        self._default = bool(default)
        self._begin(self._default)

    def _accept(self, value: bool) -> bool:
        if not isinstance(value, (bool, int)):
            raise TypeError(f"{self.name}.value is True or False, not {value!r}")
        return bool(value)

    def _from_wire(self, value: float) -> bool:
        return value >= 0.5

    def _declare(self) -> Declaration:
        return {
            "id": self.id,
            "name": self.name,
            "type": "toggle",
            "value": float(self._value),
            "initial": float(self._default),
            "minimum": 0.0,
            "maximum": 1.0,
            "step": 1.0,
            "unit": "",
            "choices": [],
        }
