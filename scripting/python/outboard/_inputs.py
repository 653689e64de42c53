"""What can come in to a script under test, and the records that are made of it."""

from __future__ import annotations

from collections import deque
from typing import Iterable, Sequence, Union

from ._clock import Clock, round_sample
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
from ._ledger import Record
from ._other_events import (
    MOST_SYSEX_BYTES,
    NoteChoke,
    NoteEnd,
    NoteExpression,
    SysEx,
    expression_number,
    sysex_bytes,
)
from ._wire import (
    CHANNEL_PRESSURE,
    CHOKE,
    CONTROL_CHANGE,
    EXPRESSION,
    NOTE_END,
    NOTE_OFF,
    NOTE_ON,
    PANIC,
    PARAMETER,
    PITCH_BEND,
    POLY_PRESSURE,
    PROGRAM_CHANGE,
    START,
    STATE,
    SYSEX,
    TEXT,
    TRANSPORT,
)


class TransportChange:
    """From the sample `time` on, which may be fractional: another tempo, playing or not, another song beat, another
    signature, another loop (`(0, 0)`: none). What is not given stays."""

    __slots__ = ("time", "tempo", "playing", "beat", "time_signature", "loop")

    def __init__(
        self,
        *,
        time: float,
        tempo: float | None = None,
        playing: bool | None = None,
        beat: float | None = None,
        time_signature: tuple[int, int] | None = None,
        loop: tuple[float, float] | None = None,
    ) -> None:
        self.time: float = time
        self.tempo: float | None = tempo
        self.playing: bool | None = playing
        self.beat: float | None = beat
        self.time_signature: tuple[int, int] | None = time_signature
        self.loop: tuple[float, float] | None = loop

    def __repr__(self) -> str:
        return _shown(self)


class ParameterChange:
    """The user moves a control, as the host has it: a knob's value, a menu's index, a toggle's 0 or 1, a file's path;
    of a Table and an XY one value, by an id such as "steps[3]"."""

    __slots__ = ("time", "id", "value")

    def __init__(self, *, time: int, id: str, value: float | str) -> None:
        self.time: int = time
        self.id: str = id
        self.value: float | str = value

    def __repr__(self) -> str:
        return _shown(self)


class MidiBytes:
    """An input event by its bytes, for what the event classes cannot say."""

    __slots__ = ("time", "data", "port")

    def __init__(self, *, time: int, data: bytes, port: int = 0) -> None:
        self.time: int = time
        self.data: bytes = data
        self.port: int = port

    def __repr__(self) -> str:
        return _shown(self)


class Panic:
    """All notes end at once, all tasks are cancelled."""

    __slots__ = ("time",)

    def __init__(self, *, time: int) -> None:
        self.time: int = time

    def __repr__(self) -> str:
        return _shown(self)


def _shown(given: object) -> str:
    names: tuple[str, ...] = getattr(given, "__slots__", ())
    words = (f"{name}={getattr(given, name)!r}" for name in names if getattr(given, name) is not None)
    return f"{type(given).__name__}({', '.join(words)})"


Input = Union[Event, TransportChange, ParameterChange, MidiBytes, Panic]


def records_of(events: Iterable[Input], held_before: Sequence[NoteOn], ids: Sequence[str], clock: Clock) -> deque[Record]:
    """The input as records, in time order."""
    song = Clock(clock.sample_rate)
    records: list[Record] = [_point(song, 0, 0.0, 0.0, clock.tempo, clock.playing, clock.numerator, clock.denominator)]
    seq = 0
    loop = (0.0, 0.0)
    for press in held_before:
        seq += 1
        records.append((*_midi(press, seq)[:8], STATE))
    numbers = {id: number for number, id in enumerate(ids)}
    live = False
    for event in sorted(events, key=_place):
        if not live and _place(event) >= (0, _EVENT, 0):
            live = True
            records.append((START, 0))
        time = round_sample(event.time)
        if isinstance(event, (Event, MidiBytes)):
            seq += 1
            records.append(_midi(event, seq))
        elif isinstance(event, TransportChange):
            beat = song.beat_of(event.time)
            loop = loop if event.loop is None else event.loop
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
                + loop
            )
        elif isinstance(event, ParameterChange):
            if isinstance(event.value, str):
                records += text_records(time, numbers[event.id], event.value)
            else:
                records.append((PARAMETER, time, numbers[event.id], event.value))
        else:
            records.append((PANIC, time))
    if not live:
        records.append((START, 0))
    return deque(records)


# At one sample the engine tells in this order: the transport, a panic, parameters, that the script is live, events.
_ORDER = {TransportChange: 0, Panic: 1, ParameterChange: 2}
_EVENT = 3


def _place(event: Input) -> tuple[int, int, float]:
    return round_sample(event.time), _ORDER.get(type(event), _EVENT), event.time


def text_records(time: int, number: int, text: str) -> list[Record]:
    """A text as the host posts it: in pieces."""
    raw = text.encode()
    pieces = [raw[at : at + 32] for at in range(0, len(raw), 32)] or [b""]
    return [(TEXT, time, number, piece, piece is pieces[-1]) for piece in pieces]


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
            return (SYSEX, event.time, seq, event.port, 0, _whole(event.data), 0, 0, 0)
        return (kind, event.time, seq, event.port, channel, status, b1, b2, 0)
    channel = max(event.channel, 1) - 1
    if isinstance(event, SysEx):
        return (SYSEX, event.time, seq, event.port, 0, _whole(event.data), 0, 0, 0)
    if isinstance(event, NoteExpression):
        number = expression_number(event.kind)
        return (EXPRESSION, event.time, seq, event.port, channel, number, event.key, float(event.value), 0)
    if isinstance(event, (NoteChoke, NoteEnd)):
        kind = CHOKE if isinstance(event, NoteChoke) else NOTE_END
        return (kind, event.time, seq, event.port, channel, 0, event.key, 0, 0)
    status, b1, b2 = _bytes(event)
    return (_KINDS[status], event.time, seq, event.port, channel, status | channel, b1, b2, 0)


def _whole(data: bytes) -> bytes:
    """The bytes of a system exclusive message as they cross: a part of one, or a very long one, stays with the host."""
    try:
        return sysex_bytes(data) if len(data) <= MOST_SYSEX_BYTES else b""
    except ValueError:
        return b""


_KINDS = {
    0x80: NOTE_OFF,
    0x90: NOTE_ON,
    0xA0: POLY_PRESSURE,
    0xB0: CONTROL_CHANGE,
    0xC0: PROGRAM_CHANGE,
    0xD0: CHANNEL_PRESSURE,
    0xE0: PITCH_BEND,
}


def _bytes(event: Event) -> tuple[int, int, int]:
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
