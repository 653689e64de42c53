"""How a note is changed while it sounds: `change_tune`, `change_volume`, `fade_out` and the others of a `Voice`.

One record per change: the host knows the target and where it is reached, and draws the line. So glides and fades need
no call of the script, and go on when it is replaced, late or dead.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from . import _active
from ._events import Event
from ._time import Time, check_time
from ._wire import CHANGE_NOTE, GLIDE_FROM, GLIDE_KILL, HOLD

if TYPE_CHECKING:
    from ._output import Output

#: What counts as silence, in dB, and where a fade to it or from it turns into it.
SILENT_DB: Final = -144.0
FADE_FLOOR_DB: Final = -60.0


class Dimension(NamedTuple):
    """What can be changed: its name, its range, and the value that changes nothing."""

    name: str
    low: float
    high: float
    neutral: float


#: By number; scripting/event.h has the same.
DIMENSIONS: Final = (
    Dimension("tuning", -120.0, 120.0, 0.0),
    Dimension("volume", SILENT_DB, 24.0, 0.0),
    Dimension("pan", -1.0, 1.0, 0.0),
    Dimension("pressure", 0.0, 1.0, 0.0),
    Dimension("brightness", 0.0, 1.0, 0.5),
    Dimension("filter.cutoff", -8.0, 8.0, 0.0),
    Dimension("filter.resonance", -96.0, 96.0, 0.0),
    Dimension("amp.attack", 0.001, 1000.0, 1.0),
    Dimension("amp.decay", 0.001, 1000.0, 1.0),
    Dimension("amp.release", 0.001, 1000.0, 1.0),
    Dimension("vibrato.depth", -1200.0, 1200.0, 0.0),
    Dimension("vibrato.rate", 0.001, 1000.0, 1.0),
)
_TUNING, _VOLUME, _PAN, _PRESSURE, _BRIGHTNESS = range(5)
_BY_NAME: Final = {dimension.name: number for number, dimension in enumerate(DIMENSIONS)}


class NoteChange(Event):
    """In the list that `outboard.testing` gives: a note is changed while it sounds.

    `kind` is "tuning" (semitones), "volume" (dB), "pan", "pressure", "brightness" or a name that `modulate` takes;
    `value` is reached at the sample `until`, in a straight line; `until` equal to `time`: at once.
    """

    __slots__ = ("note_id", "key", "kind", "value", "until")

    def __init__(
        self,
        *,
        time: int = 0,
        port: int = 0,
        channel: int = 0,
        note_id: int,
        key: int,
        kind: str,
        value: float,
        until: int,
    ) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self.note_id: Final = note_id
        self.key: Final = key
        self.kind: Final = kind
        self.value: Final = value
        self.until: Final = until


def number(value: float, what: str) -> float:
    """A number that is one, or the sentence that it is none."""
    if not isinstance(value, (int, float)):
        raise TypeError(f"{what} is a number, not {value!r}")
    if value != value:
        raise ValueError(f"{what} is not a number (NaN)")
    return float(value)


def within(rt: Output, value: float, what: str, low: float, high: float) -> float:
    """The value, clamped; said once per line."""
    if low <= value <= high:
        return value
    rt.warn_clamped(what, value, f"{low:g} to {high:g}")
    return low if value < low else high


def decibels(gain: float) -> float:
    """A gain as dB: 1 is 0 dB, 0 is silence."""
    return max(20 * math.log10(gain), SILENT_DB) if gain > 0 else SILENT_DB


class ChangingNote:
    """The changes of one note. All are against how the note was played; with `relative=True` against where it was set
    last. They are heard for as long as the note sounds, its release included. With `glide` they take that long."""

    __slots__ = ("_targets",)
    id: int
    _rt: Output
    #: Where its changes were set last, by dimension.
    _targets: dict[int, float] | None

    @property
    def sounding(self) -> bool:
        """Whether the note is heard."""
        raise NotImplementedError

    def change_tune(self, semitones: float, glide: Time | None = None, *, relative: bool = False) -> None:
        """Tunes the note, in semitones: `v.change_tune(0.5, glide=ms(200))`. Glides are linear in semitones."""
        self._change(_TUNING, number(semitones, "semitones"), glide, relative, "change_tune")

    def change_volume(self, gain: float, glide: Time | None = None, *, relative: bool = False) -> None:
        """Changes the volume by a factor: 1 is as it was played, 0 silence. Glides are linear in dB. No note can be
        louder than its recording."""
        if number(gain, "gain") < 0:
            within(self._checked("change_volume"), gain, "gain", 0.0, 16.0)
        self._change(_VOLUME, decibels(gain), glide, relative, "change_volume")

    def change_volume_db(self, db: float, glide: Time | None = None, *, relative: bool = False) -> None:
        """Changes the volume in dB: 0 is as it was played, -144 and less is silence."""
        value = number(db, "db")
        self._change(_VOLUME, max(value, SILENT_DB), glide, relative, "change_volume_db")

    def change_pan(self, pan: float, glide: Time | None = None, *, relative: bool = False) -> None:
        """Moves the note: -1 is left, 0 where it was played, 1 right."""
        self._change(_PAN, number(pan, "pan"), glide, relative, "change_pan")

    def pressure(self, value: float, glide: Time | None = None) -> None:
        """Pressure on this note alone, 0..1: its vibrato."""
        self._change(_PRESSURE, number(value, "pressure"), glide, False, "pressure")

    def brightness(self, value: float, glide: Time | None = None) -> None:
        """How bright the note is, 0..1; 0.5 is as it was played. Moves the filter by four octaves either way."""
        self._change(_BRIGHTNESS, number(value, "brightness"), glide, False, "brightness")

    def modulate(self, name: str, value: float, glide: Time | None = None) -> None:
        """Changes what the instrument has for this note alone: "filter.cutoff" (octaves), "filter.resonance" (dB),
        "amp.attack", "amp.decay", "amp.release" (times as long), "vibrato.depth" (cents), "vibrato.rate" (times as
        fast). The names are those of `instrument[...]`, and add up with it."""
        if not isinstance(name, str):
            raise TypeError(f"modulate takes a name such as 'filter.cutoff', not {name!r}")
        if name not in _BY_NAME or "." not in name:
            names = ", ".join(dimension.name for dimension in DIMENSIONS if "." in dimension.name)
            raise ValueError(f"{name!r} cannot be modulated: there are {names}")
        self._change(_BY_NAME[name], number(value, name), glide, False, "modulate")

    def fade_in(self, time: Time) -> None:
        """Comes from silence to the volume it is set to, linear in dB."""
        check_time(time, "fade_in")
        target = (self._targets or {}).get(_VOLUME, 0.0)
        self._send(_VOLUME, target, time, GLIDE_FROM, "fade_in", FADE_FLOOR_DB)

    def fade_out(self, time: Time, kill: bool = True) -> None:
        """Goes to silence, linear in dB. With `kill` the note ends there, whatever end it had."""
        check_time(time, "fade_out")
        self._send(_VOLUME, SILENT_DB, time, GLIDE_KILL if kill else 0, "fade_out")

    def fade(self, to: float, time: Time) -> None:
        """Goes to a volume, a factor as `change_volume` takes it, linear in dB."""
        check_time(time, "fade")
        self.change_volume(to, time)

    # ---- for the runtime ----------------------------------------------------------------------------------------

    def _checked(self, what: str) -> Output:
        rt = _active.runtime
        if rt is None or rt.ctx is None:
            raise _active.outside(what)
        return rt

    def _change(self, dimension: int, value: float, glide: Time | None, relative: bool, what: str) -> None:
        if glide is not None:
            check_time(glide, f"{what}(glide=...)")
        rt = self._checked(what)
        name, low, high, neutral = DIMENSIONS[dimension]
        if relative:
            value += (self._targets or {}).get(dimension, neutral)
            if dimension == _VOLUME:
                value = max(value, low)
        self._send(dimension, within(rt, value, name, low, high), glide, 0, what)

    def _send(
        self, dimension: int, value: float, glide: Time | None, flags: int, what: str, begin: float = 0.0
    ) -> None:
        rt = self._checked(what)
        if not self.sounding:
            return
        kind, end = HOLD, 0.0
        if glide is not None:
            kind, end, _ = rt.end_after(glide)
            end = rt.told_end(kind, end)
        if self._targets is None:
            self._targets = {}
        self._targets[dimension] = value
        rt.acting().acted = True
        rt.out.append((CHANGE_NOTE, rt.now, self.id, dimension, value, kind, end, flags, begin))
        if flags & GLIDE_KILL:
            self._ends(kind, end)

    def _ends(self, kind: int, value: float) -> None:
        """Its end is another one from now on."""
        raise NotImplementedError
