"""Values as they leave a script: checked, clamped and turned into what MIDI takes.

Out of range is clamped and said once per line; a wrong type raises where it is called.
"""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._runner import Runner


def clamp(value: int, low: int, high: int) -> int:
    """The value, within the range. What it is called for is in range nearly always: min and max would cost more."""
    if low <= value <= high:
        return value
    return low if value < low else high


def _number(value: float, what: str) -> float:
    if not isinstance(value, (int, float)):
        raise TypeError(f"{what} is a number, not {value!r}")
    if value != value:
        raise ValueError(f"{what} is not a number (NaN)")
    return value


def value7_of(rt: Runner, value: float, what: str) -> int:
    """0..1 as 0..127."""
    if type(value) is float and 0.0 <= value <= 1.0 or 0.0 <= _number(value, what) <= 1.0:
        return round(value * 127)
    rt.warn_clamped(what, value, "0 to 1")
    return 0 if value < 0 else 127


def velocity7_of(rt: Runner, velocity: float) -> int:
    """0..1 as 1..127: what is not above 0 sounds as softly as there is."""
    if type(velocity) is float and 0.0 <= velocity <= 1.0 or 0.0 <= _number(velocity, "velocity") <= 1.0:
        return round(velocity * 127) or 1
    rt.warn_clamped("velocity", velocity, "0 to 1")
    return 1 if velocity < 0 else 127


def value14_of(rt: Runner, value: float, what: str) -> int:
    """0..1 as 0..16383."""
    if 0.0 <= _number(value, what) <= 1.0:
        return round(value * 16383)
    rt.warn_clamped(what, value, "0 to 1")
    return 0 if value < 0 else 16383


def expression_of(rt: Runner, kind: str, value: float) -> float:
    """The value of a note expression, inside what its kind takes."""
    low, high = {"tuning": (-120.0, 120.0), "volume": (0.0, 4.0)}.get(kind, (0.0, 1.0))
    if low <= _number(value, kind) <= high:
        return float(value)
    rt.warn_clamped(kind, value, f"{low:g} to {high:g}")
    return min(max(float(value), low), high)


def bend14(rt: Runner, value: float) -> int:
    """-1..1 as 0..16383, 8192 in the middle."""
    if not -1.0 <= _number(value, "bend") <= 1.0:
        rt.warn_clamped("bend", value, "-1 to 1")
        value = min(max(value, -1.0), 1.0)
    return min(round(value * 8192) + 8192, 16383)


def index7(rt: Runner, value: int, what: str) -> int:
    """A key, controller or program number, 0..127."""
    if type(value) is int and 0 <= value <= 127:
        return value
    try:
        number = index(value)
    except TypeError:
        raise TypeError(f"{what} is a whole number 0..127, not {value!r}") from None
    if 0 <= number <= 127:
        return number
    rt.warn_clamped(what, number, "0 to 127")
    return 0 if number < 0 else 127


def channel0_of(rt: Runner, channel: int) -> int:
    """A channel 1..16 as 0..15."""
    if type(channel) is int and 1 <= channel <= 16:
        return channel - 1
    try:
        number = index(channel)
    except TypeError:
        raise TypeError(f"channel is a whole number 1..16, not {channel!r}") from None
    if 1 <= number <= 16:
        return number - 1
    rt.warn_clamped("channel", number, "1 to 16")
    return 0 if number < 1 else 15
