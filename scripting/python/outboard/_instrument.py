"""`instrument["filter.cutoff"]`, `instrument.program`, `track.gain`: what is set for the whole track."""

from __future__ import annotations

import difflib
from operator import index
from typing import TYPE_CHECKING, Final, Tuple, Union

from . import _active
from ._note_changes import DIMENSIONS, decibels, number, within
from ._wire import SET_SETTING

if TYPE_CHECKING:
    from ._runtime import Runtime

#: A preset of the loaded font: its name, or (bank, program).
Preset = Union[str, Tuple[int, int]]

#: Those of the instrument, in the order of scripting/event.h.
NAMES: Final = tuple(dimension.name for dimension in DIMENSIONS if "." in dimension.name)
_PROGRAM, _GAIN, _PAN, _SEND = range(len(NAMES), len(NAMES) + 4)
_RANGES: Final = {dimension.name: dimension for dimension in DIMENSIONS}


def initial_settings() -> list[float]:
    """Where everything stands until the host says otherwise."""
    return [_RANGES[name].neutral for name in NAMES] + [0.0, 0.0, 0.0, 0.0]


def preset_number(rt: Runtime, preset: Preset) -> int:
    """A preset as bank * 128 + program."""
    if isinstance(preset, str):
        numbers = rt.presets
        found = numbers.get(preset.strip().lower())
        if found is None:
            near = difflib.get_close_matches(preset.strip().lower(), numbers, 3)
            hint = f"did you mean {', '.join(map(repr, near))}?" if near else "give (bank, program) instead"
            raise ValueError(f"the loaded font has no preset {preset!r}: {hint}")
        return found
    if not isinstance(preset, tuple) or len(preset) != 2:
        raise TypeError(f"a preset is a name or (bank, program), not {preset!r}")
    try:
        bank, program = index(preset[0]), index(preset[1])
    except TypeError:
        raise TypeError(f"bank and program are whole numbers, not {preset!r}") from None
    bank = int(within(rt, bank, "bank", 0, 16383))
    return bank * 128 + int(within(rt, program, "program", 0, 127))


def sound_of(rt: Runtime, preset: Preset | None, sample_start: int | None) -> tuple[int, int]:
    """What `play` takes for one note: the preset's number or -1, and the points that are left out."""
    chosen = -1 if preset is None else preset_number(rt, preset)
    if sample_start is None:
        return chosen, 0
    try:
        points = index(sample_start)
    except TypeError:
        raise TypeError(f"sample_start is a whole number of points of the recording, not {sample_start!r}") from None
    return chosen, int(within(rt, points, "sample_start", 0, 2**30))


class Instrument:
    """The track's instrument. `instrument["filter.cutoff"] = -1` closes the filter of all its notes by an octave.

    "filter.cutoff" is in octaves, "filter.resonance" in dB, both 0 as the font has them; "amp.attack", "amp.decay" and
    "amp.release" are times as long, "vibrato.rate" times as fast, 1 as the font has them; "vibrato.depth" is in cents.
    """

    __slots__ = ()

    def __getitem__(self, name: str) -> float:
        return _active.current().settings[_number_of(name)]

    def __setitem__(self, name: str, value: float) -> None:
        place = _number_of(name)
        rt = _acting("instrument")
        _, low, high, _ = _RANGES[name]
        _set(rt, place, within(rt, number(value, name), name, low, high))

    @property
    def names(self) -> tuple[str, ...]:
        """What can be set."""
        return NAMES

    @property
    def program(self) -> tuple[int, int]:
        """(bank, program) as user or script have set it last for the whole track. Takes also a preset's name."""
        setting = int(_active.current().settings[_PROGRAM])
        return setting // 128, setting % 128

    @program.setter
    def program(self, preset: Preset) -> None:
        rt = _acting("instrument.program")
        _set(rt, _PROGRAM, float(preset_number(rt, preset)))


class Strip:
    """The track's place in the mixer. Who moves fader or pan last has them: the window shows what the script sets, and what
    the user sets later counts, and is read here. A session keeps what the user has set."""

    __slots__ = ()

    @property
    def gain(self) -> float:
        """The fader as a factor: 1 is 0 dB."""
        return float(10 ** (_active.current().settings[_GAIN] / 20))

    @gain.setter
    def gain(self, gain: float) -> None:
        rt = _acting("track.gain")
        gain = within(rt, number(gain, "gain"), "gain", 0.0, 10 ** (24 / 20))
        _set(rt, _GAIN, decibels(gain))

    @property
    def gain_db(self) -> float:
        """The fader in dB, -144 (silence) to 24."""
        return _active.current().settings[_GAIN]

    @gain_db.setter
    def gain_db(self, db: float) -> None:
        rt = _acting("track.gain_db")
        _set(rt, _GAIN, within(rt, number(db, "db"), "db", -144.0, 24.0))

    @property
    def pan(self) -> float:
        """-1 is left, 0 the middle, 1 right."""
        return _active.current().settings[_PAN]

    @pan.setter
    def pan(self, pan: float) -> None:
        rt = _acting("track.pan")
        _set(rt, _PAN, within(rt, number(pan, "pan"), "pan", -1.0, 1.0))

    @property
    def send(self) -> float:
        """How much goes to the room behind the fader, as a factor: 0 nothing, 1 all."""
        return _active.current().settings[_SEND]

    @send.setter
    def send(self, send: float) -> None:
        rt = _acting("track.send")
        _set(rt, _SEND, within(rt, number(send, "send"), "send", 0.0, 1.0))


def _number_of(name: str) -> int:
    if not isinstance(name, str):
        raise TypeError(f"instrument[...] takes a name such as 'filter.cutoff', not {name!r}")
    if name not in NAMES:
        raise KeyError(f"the instrument has no {name!r}: there are {', '.join(NAMES)}")
    return NAMES.index(name)


def _acting(what: str) -> Runtime:
    rt = _active.runtime
    if rt is None or rt.ctx is None:
        raise _active.outside(what)
    return rt


def _set(rt: Runtime, place: int, value: float) -> None:
    rt.settings[place] = value
    rt.acting().acted = True
    rt.out.append((SET_SETTING, rt.now, place, value))


instrument: Instrument = Instrument()
track: Strip = Strip()
