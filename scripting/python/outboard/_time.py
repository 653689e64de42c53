"""Times: `ms(20)`, `beats(1)`, `bars(2)`, `note_value("1/8t")`. Add, subtract, multiply, divide and await them."""

from __future__ import annotations

import re
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Generator

from . import _active
from ._waits import Wait

if TYPE_CHECKING:
    from ._runner import Runner
    from ._tasks import Task


class Time(Wait[None]):
    """A length of time: samples, seconds, beats and bars, or several of these added up.

    A mixed time such as `beats(1) + ms(10)` counts its samples and seconds first, then its beats and bars. What is
    subtracted is counted first.
    """

    __slots__ = ("_samples", "_seconds", "_beats", "_bars")

    def __init__(self, samples: float = 0.0, seconds: float = 0.0, beats: float = 0.0, bars: float = 0.0) -> None:
        self._samples = samples
        self._seconds = seconds
        self._beats = beats
        self._bars = bars

    @property
    def in_samples(self) -> bool:
        """Whether it has a part in samples or seconds."""
        return self._samples != 0.0 or self._seconds != 0.0

    @property
    def in_beats_or_bars(self) -> bool:
        """Whether it has a part in beats or bars."""
        return self._beats != 0.0 or self._bars != 0.0

    def __add__(self, other: Time) -> Time:
        if not isinstance(other, Time):
            raise _no_unit(other)
        return Time(
            samples=self._samples + other._samples,
            seconds=self._seconds + other._seconds,
            beats=self._beats + other._beats,
            bars=self._bars + other._bars,
        )

    def __radd__(self, other: Time) -> Time:
        raise _no_unit(other)

    def __sub__(self, other: Time) -> Time:
        if not isinstance(other, Time):
            raise _no_unit(other)
        return self + -other

    def __rsub__(self, other: Time) -> Time:
        raise _no_unit(other)

    def __neg__(self) -> Time:
        return self * -1

    def __mul__(self, factor: float) -> Time:
        if type(factor) is not float and not isinstance(factor, (int, float)):
            return NotImplemented
        if not isfinite(factor):
            _check(factor)
        product = _new(Time)
        product._samples = self._samples * factor
        product._seconds = self._seconds * factor
        product._beats = self._beats * factor
        product._bars = self._bars * factor
        return product

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> Time:
        if not isinstance(divisor, (int, float)):
            return NotImplemented
        _check(divisor)
        return Time(*(part / divisor for part in self._parts()))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Time):
            return NotImplemented
        return self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __repr__(self) -> str:
        named = zip(("samples", "seconds", "beats", "bars"), self._parts())
        return " + ".join(f"{name}({value:g})" for name, value in named if value) or "samples(0)"

    def _parts(self) -> tuple[float, float, float, float]:
        return (self._samples, self._seconds, self._beats, self._bars)

    def __await__(self) -> Generator[Time, object, None]:
        # As `Wait` has it, without a frame of Python's own: what nearly every loop awaits gives nothing back.
        return iter((self,))  # type: ignore[return-value]

    def _arm(self, rt: Runner, task: Task) -> None:
        rt.aim(task, self)
        rt.schedule(task, task.token)

    def _fired(self, rt: Runner) -> bool:
        raise AssertionError("a time in wait_any is an alarm")

    def _settle(self, rt: Runner, task: Task) -> None:
        return None


# Products are made at every step of every loop: attribute by attribute is twice as fast as by the constructor.
_new = Time.__new__


def _no_unit(value: object) -> TypeError:
    if value is None:
        return TypeError("await comes before + and -: put what is awaited in brackets, await (beats(1) + ms(20))")
    return TypeError(f"a time needs a unit: write ms({value!r}), seconds(...), samples(...) or beats(...)")


def check_time(value: Time, what: str) -> None:
    """Raises the sentence for a bare number where a time is needed."""
    if not isinstance(value, Time):
        raise TypeError(f"{what} needs a time with a unit, such as ms(20) or beats(1), not {value!r}")


def _check(value: float) -> float:
    if not isinstance(value, (int, float)):
        raise TypeError(f"a time is made from a number, not {value!r}")
    if not isfinite(value):
        raise ValueError(f"a time must be finite, not {value!r}")
    return value


def ms(n: float) -> Time:
    """Milliseconds."""
    return Time(seconds=_check(n) / 1000)


def seconds(n: float) -> Time:
    """Seconds."""
    return Time(seconds=_check(n))


def samples(n: float) -> Time:
    """Samples, at the engine's sample rate."""
    return Time(samples=_check(n))


def beats(n: float) -> Time:
    """Beats: quarter notes, in every time signature. They follow the tempo."""
    return Time(beats=_check(n))


def bars(n: float) -> Time:
    """Bars of the time signature that holds when the time is awaited or used."""
    return Time(bars=_check(n))


_NOTE_VALUE = re.compile(r"(\d+)/(\d+)([t.]?)")


@lru_cache(maxsize=256)
def note_value(text: str) -> Time:
    """A note's length: "1/4" is a beat; "1/8t" is a triplet eighth, "1/16." a dotted sixteenth."""
    match = _NOTE_VALUE.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or int(match[1]) == 0 or int(match[2]) == 0:
        raise ValueError(f"{text!r} is not a note value: write it as 1/4, 1/8t (triplet) or 1/16. (dotted)")
    # One division at the end: a triplet stays the float that is nearest to the third.
    times, by = {"": (1, 1), "t": (2, 3), ".": (3, 2)}[match[3]]
    return Time(beats=4 * int(match[1]) * times / (int(match[2]) * by))


def now() -> int:
    """The sample at which the running event or task stands, counted from the engine's start (as `e.time`)."""
    return _active.current().now
