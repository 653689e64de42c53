"""Runs a script on virtual time, in any pytest: the same runtime as in Outboard, no engine needed.

    from outboard import NoteOff, NoteOn, beats
    from outboard.testing import Script, assert_no_hanging_notes, notes

    def test_echo() -> None:
        events = Script("echo.py").run([NoteOn(time=0, key=60), NoteOff(time=2400, key=60)], until=beats(8))
        assert_no_hanging_notes(events)
        assert [(n.time, n.key) for n in notes(events)] == [(0, 60), (24000, 60)]
"""

from __future__ import annotations

import os
from collections import deque
from typing import Any, Iterable, Mapping, NamedTuple, Sequence, Union

from . import _active
from ._clock import Clock, round_sample
from ._console import _to_terminal
from ._events import (
    ChannelPressure,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    PitchBend,
    PolyPressure,
    ProgramChange,
)
from ._ledger import Ledger, Record
from ._load import execute
from ._position import Position
from ._runtime import Runtime, set_point
from ._time import Time, check_time
from ._wire import (
    CHANNEL_PRESSURE,
    CONTROL_CHANGE,
    NEVER,
    NOTE_OFF,
    NOTE_ON,
    PANIC,
    PARAMETER,
    PASSED,
    PITCH_BEND,
    POLY_PRESSURE,
    PASS,
    PRINT,
    PROGRAM_CHANGE,
    START,
    STATE,
    SYSEX,
    TRANSPORT,
)

__all__ = [
    "LogLine",
    "MidiBytes",
    "Note",
    "Panic",
    "ParameterChange",
    "Script",
    "TransportChange",
    "assert_no_hanging_notes",
    "notes",
]


class TransportChange:
    """From the sample `time` on, which may be fractional: another tempo, playing or not, another song beat, another
    signature. What is not given stays."""

    __slots__ = ("time", "tempo", "playing", "beat", "time_signature")

    def __init__(
        self,
        *,
        time: float,
        tempo: float | None = None,
        playing: bool | None = None,
        beat: float | None = None,
        time_signature: tuple[int, int] | None = None,
    ) -> None:
        self.time = time
        self.tempo = tempo
        self.playing = playing
        self.beat = beat
        self.time_signature = time_signature


class ParameterChange:
    """The user moves a control, as the host has it: a knob's value, a menu's index, a toggle's 0 or 1."""

    __slots__ = ("time", "id", "value")

    def __init__(self, *, time: int, id: str, value: float) -> None:
        self.time = time
        self.id = id
        self.value = value


class MidiBytes:
    """An input event by its bytes, for what the event classes cannot say."""

    __slots__ = ("time", "data", "port")

    def __init__(self, *, time: int, data: bytes, port: int = 0) -> None:
        self.time = time
        self.data = data
        self.port = port


class Panic:
    """All notes end at once, all tasks are cancelled."""

    __slots__ = ("time",)

    def __init__(self, *, time: int) -> None:
        self.time = time


Input = Union[Event, TransportChange, ParameterChange, MidiBytes, Panic]


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
    """A script's file. Every `run` loads it anew."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        #: Of the last run: what was printed and logged.
        self.log: list[LogLine] = []
        #: Of the last run: how often the script was called.
        self.calls = 0

    def run(
        self,
        events: Iterable[Input] = (),
        until: Time = Time(beats=4),
        *,
        tempo: float = 120.0,
        time_signature: tuple[int, int] = (4, 4),
        playing: bool = True,
        values: Mapping[str, float] | None = None,
        held_before: Sequence[NoteOn] = (),
        block: int | None = None,
        sample_rate: float = 48000.0,
        seed: int = 0,
        channel: int = 1,
    ) -> list[Event]:
        """What is heard when the events come in, in time order; times in samples, from 0.

        Everything before `until` is run (at the first tempo); the list also has the later ends of notes that are
        fixed by then. `values` are saved parameter values by id, `held_before` keys that are down at the start,
        `block` the engine's block size: the result does not depend on it.
        """
        check_time(until, "until")
        self.log = []
        self.calls = 0
        before = _active.runtime
        rt = Runtime(
            self.path,
            self._write,
            sample_rate=sample_rate,
            seed=seed,
            channel=channel,
            values=dict(values or {}),
        )
        try:
            execute(rt, self.path)
            clock = Clock(sample_rate)
            clock.set_point(0.0, 0.0, 0.0, tempo, playing, *time_signature, 0.0, 0)
            end = _samples_of(until, clock)
            host = _Host(rt, clock)
            host.run(_records(events, held_before, rt, clock), end, block)
            self.calls = host.calls
            return host.ledger.heard
        finally:
            rt.cancel_all()
            _active.runtime = before

    def _write(self, level: int, text: str, file: str, line: int) -> None:
        self.log.append(LogLine(level, text, file, line))
        if level != PRINT:
            _to_terminal(level, text, file, line)

    @property
    def errors(self) -> list[str]:
        """The texts of the errors in `log`."""
        return [line.text for line in self.log if line.level == 4]


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


class _Host:
    """Calls the script block by block, only when there is something to do, as the engine does."""

    def __init__(self, rt: Runtime, clock: Clock) -> None:
        self.rt = rt
        self.clock = clock
        self.ledger = Ledger(clock)
        self.calls = 0
        self._queued: list[Record] = []
        self._wake: tuple[int, float, int] = (NEVER, float("inf"), 0)

    def run(self, records: deque[Record], end: int, block: int | None) -> None:
        start = 0
        while start < end:
            frames = min(block or end, end - start)
            inputs = []
            while records and records[0][1] < start + frames:
                inputs.append(records.popleft())
            self._block(start, frames, inputs, always=block is None)
            start += frames
        if self._queued:
            self.rt.run_block(end, 0, self._queued)
        self.ledger.finish()

    def _block(self, start: int, frames: int, inputs: list[Record], always: bool) -> None:
        out: list[Record] = []
        if always or self._something_to_do(start + frames, inputs):
            self.calls += 1
            out, sample, beat, mask = self.rt.run_block(start, frames, self._queued + inputs)
            self._wake = (sample, beat, mask)
            self._queued = []
        else:
            # Nobody in the script minds: the host passes it, the script hears of it with the next call.
            out = [(PASS, record[1], record[2]) for record in inputs if record[0] <= SYSEX and not record[8]]
            self._queued += [
                (*record[:8], record[8] | PASSED) if record[0] <= SYSEX else record for record in inputs
            ]
        self._apply(inputs, deque(out))
        self.ledger.advance(start + frames - 1)

    def _something_to_do(self, end: int, inputs: list[Record]) -> bool:
        sample, beat, mask = self._wake
        mask |= self.rt.handles
        if sample < end or (beat != float("inf") and round_sample(self.clock.sample_of(beat)) < end):
            return True
        return any(
            record[0] in (START, PANIC) or (mask >> record[0] & 1 and not (record[0] <= SYSEX and record[8]))
            for record in inputs
        )

    def _apply(self, inputs: list[Record], out: deque[Record]) -> None:
        """What came in and what came out, in time order: at one sample first what came in."""
        for record in inputs:
            while out and out[0][1] < record[1]:
                self.ledger.output(out.popleft())
            if record[0] <= SYSEX:
                self.ledger.posted(record)
            elif record[0] == TRANSPORT:
                self.ledger.advance(record[1] - 1)
                set_point(self.clock, record)
                self.ledger.tempo_changed()
            elif record[0] == PANIC:
                self.ledger.panic(record[1])
        while out:
            self.ledger.output(out.popleft())


def _samples_of(time: Time, clock: Clock) -> int:
    from ._schedule import Schedule

    schedule = Schedule(clock.sample_rate)
    schedule.clock = clock
    p = Position()
    schedule.aim(p, time)
    if p.rest:
        p.place_beat(clock.beat_of(p.hi) + p.rest)
    return round_sample(clock.sample_of(p.hi) if p.in_beats else p.hi)


def _records(events: Iterable[Input], held_before: Sequence[NoteOn], rt: Runtime, clock: Clock) -> deque[Record]:
    """The input as records, in time order."""
    song = Clock(clock.sample_rate)
    records: list[Record] = [_point(song, 0, 0.0, 0.0, clock.tempo, clock.playing, clock.numerator, clock.denominator)]
    seq = 0
    for press in held_before:
        seq += 1
        records.append((*_midi(press, seq)[:8], STATE))
    records.append((START, 0))
    numbers = {parameter.id: number for number, parameter in enumerate(rt.parameters)}
    for event in sorted(events, key=lambda event: event.time):
        time = round_sample(event.time)
        if isinstance(event, (Event, MidiBytes)):
            seq += 1
            records.append(_midi(event, seq))
        elif isinstance(event, TransportChange):
            beat = song.beat_of(event.time)
            records.append(
                _point(
                    song,
                    event.time,
                    beat,
                    song.song_beat_at(beat) if event.beat is None else event.beat,
                    event.tempo or song.tempo,
                    song.playing if event.playing is None else event.playing,
                    *(event.time_signature or (song.numerator, song.denominator)),
                )
            )
        elif isinstance(event, ParameterChange):
            records.append((PARAMETER, time, numbers[event.id], event.value))
        else:
            records.append((PANIC, time))
    return deque(records)


def _point(
    song: Clock, sample: float, beat: float, song_beat: float, tempo: float, playing: bool, numerator: int, denom: int
) -> Record:
    bars = int((song_beat - song.bar_beat) // song.bar_length)
    bar_beat, bar = song.bar_beat + bars * song.bar_length, song.bar_number + bars
    song.set_point(sample, beat, song_beat, tempo, playing, numerator, denom, bar_beat, bar)
    return (
        TRANSPORT,
        round_sample(sample),
        float(sample),
        beat,
        song_beat,
        float(tempo),
        int(playing),
        numerator,
        denom,
        bar_beat,
        bar,
    )


def _midi(event: Event | MidiBytes, seq: int) -> Record:
    if isinstance(event, MidiBytes):
        status, b1, b2 = (*event.data[:3], 0, 0)[:3]
        channel = status & 15
        kind = _KINDS.get(status & 0xF0, SYSEX)
        if kind == NOTE_ON and b2 == 0:
            kind = NOTE_OFF
        if kind == SYSEX:
            return (SYSEX, event.time, seq, event.port, 0, status, 0, 0, 0)
        return (kind, event.time, seq, event.port, channel, status, b1, b2, 0)
    channel = max(event.channel, 1) - 1
    status, b1, b2 = _bytes(event)
    return (_KINDS[status], event.time, seq, event.port, channel, status | channel, b1, b2, 0)


_KINDS = {
    0x80: NOTE_OFF,
    0x90: NOTE_ON,
    0xA0: POLY_PRESSURE,
    0xB0: CONTROL_CHANGE,
    0xC0: PROGRAM_CHANGE,
    0xD0: CHANNEL_PRESSURE,
    0xE0: PITCH_BEND,
}


def _bytes(event: Any) -> tuple[int, int, int]:
    if isinstance(event, NoteOn):
        return 0x90, event.key, event.velocity7
    if isinstance(event, NoteOff):
        return 0x80, event.key, event.velocity7
    if isinstance(event, ControlChange):
        return 0xB0, event.cc, event.value7
    if isinstance(event, PolyPressure):
        return 0xA0, event.key, event.value7
    if isinstance(event, ChannelPressure):
        return 0xD0, event.value7, 0
    if isinstance(event, PitchBend):
        return 0xE0, event.value14 & 127, event.value14 >> 7
    if isinstance(event, ProgramChange):
        return 0xC0, event.program, 0
    raise TypeError(f"{event!r} cannot come in: for bytes of your own use MidiBytes")
