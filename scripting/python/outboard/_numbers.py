"""Controls with one number: `Knob`, `Slider`, `NumBox`; and `smooth`."""

from __future__ import annotations

import math
from typing import Literal, TypeVar, overload

from . import _active
from ._errors import LoadError, caller
from ._parameter import Declaration, Parameter, declaration
from ._time import Time, check_time

Number = TypeVar("Number", int, float)
#: How a control's travel is shared out: alike, by equal ratios, or with more room at the low end.
Curve = Literal["linear", "log", "square", "cube"]
_CURVES = ("linear", "log", "square", "cube")
_GRID = 64


class Ranged(Parameter[Number]):
    """A number within a range."""

    __slots__ = ("min", "max", "step", "curve", "unit", "_default")
    _default: Number

    def __init__(
        self,
        name: str,
        default: float,
        *,
        min: float = 0.0,
        max: float = 1.0,
        step: float | None = None,
        curve: Curve = "linear",
        unit: str = "",
        id: str | None = None,
    ) -> None:
        what = f"{type(self).__name__} {name!r}"
        check_range(what, min, max, step)
        if not isinstance(default, (int, float)) or not math.isfinite(default):
            raise TypeError(f"{what}: default is a number, not {default!r}")
        super().__init__(name, id)
        if not min <= default <= max:
            raise LoadError(f"{what}: the default {default} is not within {min} to {max}", *caller())
        if curve not in _CURVES:
            raise LoadError(f"{what}: curve is one of {', '.join(_CURVES)}, not {curve!r}", *caller())
        if curve == "log" and min <= 0:
            raise LoadError(f"{what}: with curve='log' min is above 0, not {min}", *caller())
        self.min: float = min
        self.max: float = max
        self.step: float | None = step
        self.curve: str = curve
        self.unit: str = unit
        self._default = self._fit(default)
        self._begin(self._default)

    def smooth(self, time: Time) -> Smooth:
        """The value without jumps: reaches a new one within `time`, in even steps on the grid of 64 samples.

        cutoff = Knob("Cutoff", 0.5)
        gliding = cutoff.smooth(ms(20))     # then gliding.value
        """
        check_time(time, "time")
        return Smooth(self, time)

    def _fit(self, value: float) -> Number:
        fitted = fit(value, self.min, self.max, self.step)
        return int(fitted) if self.step == 1 else float(fitted)  # type: ignore[return-value]

    def _accept(self, value: Number) -> Number:
        if not isinstance(value, (int, float)) or value != value:
            raise TypeError(f"{self.name}.value is a number, not {value!r}")
        if not self.min <= value <= self.max:
            _active.current().warn_clamped(f"{self.name}.value", value, f"{self.min} to {self.max}")
        return self._fit(value)

    def _from_wire(self, value: float, cell: int) -> Number:
        return self._fit(value)

    def _to_wire(self) -> tuple[float]:
        return (float(self._value),)

    def _declare(self) -> list[Declaration]:
        return [
            declaration(
                self,  # type: ignore[arg-type]
                value=float(self._value),
                initial=float(self._default),
                minimum=float(self.min),
                maximum=float(self.max),
                step=float(self.step or 0.0),
                curve=self.curve,
                unit=self.unit,
            )
        ]


class Knob(Ranged[Number]):
    """A number on an arc. `Knob("Gate", 0.5, min=0.05, max=1.0, unit="%")`; with `step=1` the value is an int."""

    __slots__ = ()

    @overload
    def __init__(
        self: Knob[int],
        name: str,
        default: int,
        *,
        min: int,
        max: int,
        step: Literal[1],
        curve: Curve = "linear",
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
        curve: Curve = "linear",
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
        curve: Curve = "linear",
        unit: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(name, default, min=min, max=max, step=step, curve=curve, unit=unit, id=id)


class Slider(Ranged[Number]):
    """A number on a line. Takes what `Knob` takes."""

    __slots__ = ()

    @overload
    def __init__(
        self: Slider[int],
        name: str,
        default: int,
        *,
        min: int,
        max: int,
        step: Literal[1],
        curve: Curve = "linear",
        unit: str = "",
        id: str | None = None,
    ) -> None:
        ...

    @overload
    def __init__(
        self: Slider[float],
        name: str,
        default: float,
        *,
        min: float = 0.0,
        max: float = 1.0,
        step: float | None = None,
        curve: Curve = "linear",
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
        curve: Curve = "linear",
        unit: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(name, default, min=min, max=max, step=step, curve=curve, unit=unit, id=id)


class NumBox(Ranged[Number]):
    """A number in a box: to drag, or to type. Takes what `Knob` takes."""

    __slots__ = ()

    @overload
    def __init__(
        self: NumBox[int],
        name: str,
        default: int,
        *,
        min: int,
        max: int,
        step: Literal[1],
        curve: Curve = "linear",
        unit: str = "",
        id: str | None = None,
    ) -> None:
        ...

    @overload
    def __init__(
        self: NumBox[float],
        name: str,
        default: float,
        *,
        min: float = 0.0,
        max: float = 1.0,
        step: float | None = None,
        curve: Curve = "linear",
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
        curve: Curve = "linear",
        unit: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(name, default, min=min, max=max, step=step, curve=curve, unit=unit, id=id)


def check_range(what: str, low: float, high: float, step: float | None) -> None:
    """Raises for a range that is none."""
    for name, number in (("min", low), ("max", high), ("step", step or 0)):
        if not isinstance(number, (int, float)) or not math.isfinite(number):
            raise TypeError(f"{what}: {name} is a number, not {number!r}")
    if not low < high:
        raise LoadError(f"{what}: min {low} must be below max {high}", *caller())
    if step is not None and step <= 0:
        raise LoadError(f"{what}: step {step} must be above 0", *caller())


def fit(value: float, low: float, high: float, step: float | None) -> float:
    """On the step, in the range."""
    if not math.isfinite(value):
        return high if value > 0 else low
    if step is not None:
        value = low + math.floor((value - low) / step + 0.5) * step
    return min(max(value, low), high)


class Smooth:
    """A parameter's value without jumps. Made by `smooth`."""

    __slots__ = ("_parameter", "_time", "_from", "_begun")

    def __init__(self, parameter: Ranged[int] | Ranged[float], time: Time) -> None:
        self._parameter = parameter
        self._time = time
        self._from = float(parameter._value)
        self._begun = -math.inf
        parameter._glides.append(self._leave)

    @property
    def value(self) -> float:
        """The value now."""
        rt = _active.current()
        length = _length(self._time)
        at = rt.now // _GRID * _GRID - self._begun
        target = float(self._parameter._value)
        if at >= length:
            return target
        return self._from + (target - self._from) * (max(at, 0.0) / length)

    def _leave(self) -> None:
        """The parameter is about to move: the way goes on from here."""
        self._from = self.value
        self._begun = _active.current().now


def _length(time: Time) -> float:
    clock = _active.current().clock
    beats = time._beats + time._bars * clock.bar_length
    return time._samples + (time._seconds + beats * 60.0 / clock.tempo) * clock.sample_rate
