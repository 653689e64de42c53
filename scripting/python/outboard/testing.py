"""Runs a script on virtual time, in any pytest: the same runtime as in Outboard, no engine needed.

    from outboard import NoteOff, NoteOn, beats
    from outboard.testing import Script, assert_no_hanging_notes, notes

    def test_echo() -> None:
        events = Script("echo.py").run([NoteOn(time=0, key=60), NoteOff(time=2400, key=60)], until=beats(8))
        assert_no_hanging_notes(events)
        assert [(n.time, n.key) for n in notes(events)] == [(0, 60), (24000, 60)]

`python3 -m outboard.testing SCRIPT.py IN.mid` prints what is heard as a table.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Iterable, Mapping, NamedTuple, Sequence

from . import _active
from ._chain import Chain
from ._chain_parameters import of_script
from ._chain_saved import parts_of
from ._clock import Clock, round_sample
from ._console import to_terminal
from ._events import Event, NoteOff, NoteOn
from ._host import Host
from ._inputs import Input, MidiBytes, Panic, ParameterChange, TransportChange, records_of
from ._load import execute, execute_chain
from ._note_changes import NoteChange
from ._midi_file import MidiFile
from ._parameter import Declaration
from ._position import Position
from ._runtime import Runtime
from ._schedule import Schedule
from ._sound import through
from ._time import Time, check_time
from ._wire import ERROR, GIVEN_UP, PRINT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Input",
    "LogLine",
    "MidiBytes",
    "MidiFile",
    "Note",
    "NoteChange",
    "Panic",
    "ParameterChange",
    "Script",
    "TransportChange",
    "assert_no_hanging_notes",
    "notes",
]


class LogLine(NamedTuple):
    """What the script printed or logged, or what went wrong. Levels: 0 print, 1 debug, 2 info, 3 warning, 4 error."""

    level: int
    text: str
    file: str
    line: int


class Note(NamedTuple):
    """A note that was heard. `length` is in samples, None if the note has no end."""

    time: int
    channel: int
    key: int
    velocity7: int
    length: int | None


class Script:
    """A script's file, or several in a list: the chain of a track, in which the output of one is the input of the next.
    Every `run` loads them anew. Of a chain, the parameters of the second script are called "2.rate" and so on."""

    def __init__(self, path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> None:
        #: The files, in order.
        self.paths: list[str] = [os.fspath(one) for one in ([path] if isinstance(path, (str, os.PathLike)) else path)]
        if not self.paths:
            raise ValueError("a chain has at least one script")
        #: The first of them.
        self.path: str = self.paths[0]
        #: Of the last run: what was printed and logged.
        self.log: list[LogLine] = []
        #: Of the last run: how often the script was called.
        self.calls: int = 0
        #: Of the last run: the panel, for the command.
        self._parameters: list[Declaration] = []
        #: Of the last run: what the script keeps, as JSON text.
        self.saved: str = ""

    def run(
        self,
        events: Iterable[Input] = (),
        until: Time = Time(beats=4),
        *,
        tempo: float = 120.0,
        time_signature: tuple[int, int] = (4, 4),
        playing: bool = True,
        values: Mapping[str, float | str] | None = None,
        saved: str = "",
        held_before: Sequence[NoteOn] = (),
        block: int | None = None,
        sample_rate: float = 48000.0,
        seed: int = 0,
        channel: int = 1,
        track: int = 1,
        presets: Mapping[str, tuple[int, int]] | None = None,
    ) -> list[Event]:
        """What is heard when the events come in, in time order; times in samples, from 0.

        Everything before `until` is run (at the first tempo); the list also has the later ends of notes that are
        fixed by then. `values` are saved parameter values by id, `saved` is the attribute `saved` of a run before (what
        the script keeps: `state` and the data of `@on.save`), `held_before` keys that are down at the start, `block`
        the engine's block size: the result does not depend on it. `rng` gives what it gives in Outboard with the same
        `--seed` on that `track`, counted from 1. `channel` is the track's first channel,
        `presets` what the font has: (bank, program) by name.
        """
        check_time(until, "until")
        self.log = []
        self.calls = 0
        before = _active.runtime
        runtimes = self._runtimes(sample_rate, seed, track, channel, values, saved)
        for rt in runtimes:
            rt.offline = True
            for name, (bank, program) in (presets or {}).items():
                rt.presets[name.lower()] = bank * 128 + program
        scripts: Runtime | Chain = runtimes[0]
        try:
            if len(runtimes) > 1:
                scripts, _ = execute_chain(runtimes)
                self._parameters, ids = scripts.parameters.declare(), scripts.parameters.ids()
            else:
                execute(runtimes[0], self.path)
                self._parameters = [one for parameter in runtimes[0].parameters for one in parameter._declare()]
                ids = [id for parameter in runtimes[0].parameters for id in parameter._ids()]
            clock = Clock(sample_rate)
            clock.set_point(0.0, 0.0, 0.0, tempo, playing, *time_signature, 0.0, 0)
            end = samples_of(until, clock)
            host = Host(scripts, clock)
            host.run(records_of(events, held_before, ids, clock), end, block)
            self.calls = host.calls
            self.saved = scripts.saved()
            return host.ledger.heard
        finally:
            scripts.cancel_all()
            _active.runtime = _active.of_threads = before
            _active.by_globals.clear()

    def process(
        self,
        sound: NDArray[np.float32],
        *,
        sample_rate: float = 48000.0,
        block: int | Sequence[int] = 256,
        events: Iterable[Input] = (),
        tempo: float = 120.0,
        time_signature: tuple[int, int] = (4, 4),
        playing: bool = True,
        values: Mapping[str, float | str] | None = None,
        seed: int = 0,
        channel: int = 1,
        track: int = 1,
    ) -> NDArray[np.float32]:
        """What the script's `@audio.process` makes of a sound: channels × frames, from sample 0 on. The sound given
        stays as it is. `block` is how long the blocks are, or several lengths that come by turns; the rest is as in
        `run`. A block in which the function raises stays unchanged; see `errors`.
        """
        self.log = []
        before = _active.runtime
        (rt,) = self._runtimes(sample_rate, seed, track, channel, values)
        try:
            execute(rt, self.path)
            clock = Clock(sample_rate)
            clock.set_point(0.0, 0.0, 0.0, tempo, playing, *time_signature, 0.0, 0)
            ids = [id for parameter in rt.parameters for id in parameter._ids()]
            records = records_of(events, (), ids, clock)
            return through(rt, Host(rt, clock), records, sound, [block] if isinstance(block, int) else block)
        finally:
            rt.cancel_all()
            _active.runtime = before

    def _runtimes(
        self,
        sample_rate: float,
        seed: int,
        track: int,
        channel: int,
        values: Mapping[str, float | str] | None,
        saved: str = "",
    ) -> list[Runtime]:
        kept = parts_of(saved) if len(self.paths) > 1 else {0: saved}
        return [
            Runtime(
                path,
                self._write,
                sample_rate=sample_rate,
                seed=seed,
                slot=track,
                position=place + 1,
                channel=channel,
                values=of_script(place, values or {}) if len(self.paths) > 1 else dict(values or {}),
                saved=kept.get(place, ""),
                restored=values is not None,
            )
            for place, path in enumerate(self.paths)
        ]

    def _write(self, level: int, text: str, file: str, line: int) -> None:
        self.log.append(LogLine(level, text, file, line))
        if level != PRINT:
            to_terminal(level, text, file, line)

    @property
    def errors(self) -> list[str]:
        """The texts of the errors in `log`."""
        return [line.text for line in self.log if line.level in (ERROR, GIVEN_UP)]


def notes(events: Iterable[Event]) -> list[Note]:
    """The notes that were heard, in the order in which they began."""
    ends: dict[int, int] = {}
    heard = list(events)
    for event in heard:
        if isinstance(event, NoteOff) and event.note_id != -1:
            ends[event.note_id] = event.time
    return [
        Note(
            event.time,
            event.channel,
            event.key,
            event.velocity7,
            ends[event.note_id] - event.time if event.note_id in ends else None,
        )
        for event in heard
        if isinstance(event, NoteOn)
    ]


def assert_no_hanging_notes(events: Iterable[Event]) -> None:
    """Every note that was heard has its end, once, and not before it began."""
    sounding: dict[int, NoteOn] = {}
    for event in events:
        if isinstance(event, NoteOn):
            assert event.note_id not in sounding, f"{event} began twice"
            sounding[event.note_id] = event
        elif isinstance(event, NoteOff) and event.note_id != -1:
            assert event.note_id in sounding, f"{event} ends a note that does not sound"
            del sounding[event.note_id]
    assert not sounding, "hanging: " + ", ".join(f"key {on.key} from {on.time}" for on in sounding.values())


def samples_of(time: Time, clock: Clock) -> int:
    """How many samples a time takes from the beginning, at the tempo there."""
    schedule = Schedule(clock.sample_rate)
    schedule.clock = clock
    p = Position()
    schedule.aim(p, time)
    if p.rest:
        p.place_beat(clock.beat_of(p.hi) + p.rest)
    return round_sample(clock.sample_of(p.hi) if p.in_beats else p.hi)


if __name__ == "__main__":
    from outboard._testing_command import main

    sys.exit(main())
