"""Songs from MIDI files, as input for a script under test."""

from __future__ import annotations

import importlib
import os
from bisect import bisect_right
from fractions import Fraction
from typing import Any, NamedTuple

from ._events import (
    ChannelPressure,
    ControlChange,
    NoteOff,
    NoteOn,
    PitchBend,
    PolyPressure,
    ProgramChange,
)
from ._inputs import Input, MidiBytes, TransportChange
from ._time import Time


class TempoPoint(NamedTuple):
    """From here on a beat takes so many seconds. Exact, so that nothing adds up over a long song."""

    tick: int
    seconds: Fraction
    seconds_per_tick: Fraction


class MidiFile:
    """A song: `Script("echo.py").run(song.events, song.length, tempo=song.tempo)`.

    Reads the file with the library mido. Raises `OSError` if the file cannot be read, and `ValueError`, in one
    sentence, if it is no MIDI file.
    """

    def __init__(self, path: str | os.PathLike[str], *, sample_rate: float = 48000.0) -> None:
        self.path: str = os.fspath(path)
        self.sample_rate = sample_rate
        song = _read(self.path)
        self._ticks_per_beat: int = song.ticks_per_beat
        messages = _in_order(song)
        self._points = self._tempo_points(messages)
        #: Beats per minute at the beginning.
        self.tempo: float = self._bpm(self._points[0])
        #: The time signature at the beginning.
        self.time_signature: tuple[int, int] = (4, 4)
        #: All that comes in, in time order: events, and changes of tempo and time signature after the beginning.
        self.events: list[Input] = []
        #: Up to the last message of the file.
        self.length: Time = Time(samples=self._sample(messages[-1][0]) if messages else 0)
        for tick, message in messages:
            self._add(tick, message)

    def beat_at(self, sample: float) -> float:
        """The song position in beats (quarter notes) at a sample."""
        seconds = Fraction(sample) / Fraction(self.sample_rate)
        point = self._points[bisect_right([point.seconds for point in self._points], seconds) - 1]
        ticks = point.tick + (seconds - point.seconds) / point.seconds_per_tick
        return float(ticks / self._ticks_per_beat)

    def _tempo_points(self, messages: list[tuple[int, Any]]) -> list[TempoPoint]:
        points = [TempoPoint(0, Fraction(0), Fraction(500_000, 1_000_000 * self._ticks_per_beat))]
        for tick, message in messages:
            if message.type == "set_tempo" and message.tempo > 0:
                last = points[-1]
                here = last.seconds + (tick - last.tick) * last.seconds_per_tick
                if tick == last.tick:
                    points.pop()
                points.append(TempoPoint(tick, here, Fraction(message.tempo, 1_000_000 * self._ticks_per_beat)))
        return points

    def _bpm(self, point: TempoPoint) -> float:
        return float(60 / (point.seconds_per_tick * self._ticks_per_beat))

    def _exact(self, tick: int) -> Fraction:
        point = self._points[bisect_right([point.tick for point in self._points], tick) - 1]
        return (point.seconds + (tick - point.tick) * point.seconds_per_tick) * Fraction(self.sample_rate)

    def _sample(self, tick: int) -> int:
        return int(self._exact(tick) + Fraction(1, 2))

    def _add(self, tick: int, message: Any) -> None:
        if message.type == "set_tempo":
            if tick > 0 and message.tempo > 0:
                self.events.append(TransportChange(time=float(self._exact(tick)), tempo=60e6 / message.tempo))
        elif message.type == "time_signature":
            signature = (message.numerator, message.denominator)
            if tick == 0:
                self.time_signature = signature
            else:
                self.events.append(TransportChange(time=float(self._exact(tick)), time_signature=signature))
        elif not message.is_meta:
            self.events.append(_event(self._sample(tick), message))


def _read(path: str) -> Any:
    try:
        mido = importlib.import_module("mido")
    except ImportError:
        raise ModuleNotFoundError(
            "MIDI files are read with mido, which is not installed: install python3-mido, or mido with pip", name="mido"
        ) from None
    try:
        song = mido.MidiFile(path)
    except OSError as error:
        if error.errno is None:
            raise ValueError(f"{path} is not a MIDI file: {error}") from None
        raise
    except (EOFError, ValueError, KeyError, IndexError, TypeError) as error:
        raise ValueError(f"{path} is not a MIDI file, or is cut off: {str(error) or 'it ends too early'}") from None
    if song.ticks_per_beat <= 0 or song.ticks_per_beat >= 0x8000:
        raise ValueError(f"{path} counts time in film frames, which is not supported: save it with ticks per beat")
    if song.type == 2:
        raise ValueError(f"{path} holds several songs (format 2): save each as a file of its own")
    return song


def _in_order(song: Any) -> list[tuple[int, Any]]:
    """All messages with their ticks, as they are played: at one tick in the order of the tracks."""
    messages: list[tuple[int, Any]] = []
    for track in song.tracks:
        tick = 0
        for message in track:
            tick += message.time
            messages.append((tick, message))
    messages.sort(key=lambda entry: entry[0])
    return messages


def _event(time: int, message: Any) -> Input:
    kind, channel = message.type, getattr(message, "channel", 0) + 1
    if kind == "note_on" and message.velocity > 0:
        return NoteOn(time=time, channel=channel, key=message.note, velocity=message.velocity / 127)
    if kind == "note_on":
        return NoteOff(time=time, channel=channel, key=message.note)
    if kind == "note_off":
        return NoteOff(time=time, channel=channel, key=message.note, velocity=message.velocity / 127)
    if kind == "control_change":
        return ControlChange(time=time, channel=channel, cc=message.control, value=message.value / 127)
    if kind == "program_change":
        return ProgramChange(time=time, channel=channel, program=message.program)
    if kind == "pitchwheel":
        return PitchBend(time=time, channel=channel, value=message.pitch / 8192)
    if kind == "aftertouch":
        return ChannelPressure(time=time, channel=channel, value=message.value / 127)
    if kind == "polytouch":
        return PolyPressure(time=time, channel=channel, key=message.note, value=message.value / 127)
    return MidiBytes(time=time, data=bytes(message.bytes()))
