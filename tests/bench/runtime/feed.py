"""What comes in: blocks of records as the child program hands them to the runtime (`outboard/_wire.py`)."""

from __future__ import annotations

from typing import Any

RATE = 48000
BEAT = RATE // 2  # samples, at 120 beats per minute

Record = tuple[Any, ...]
Block = tuple[int, int, list[Any]]  # first sample, frames, records or what a contestant takes in their place

NOTE_ON, NOTE_OFF, CONTROL_CHANGE, CHANNEL_PRESSURE, PITCH_BEND = 1, 2, 4, 6, 7
VOICE_SILENT = 44
POINT: Record = (32, 0, 0.0, 0.0, 0.0, 120.0, 1, 4, 4, 0.0, 0, 0.0, 0.0)
START: Record = (34, 0)

#: What each shape sends in turn: status, and the second data byte's range.
NOTES = (NOTE_ON, NOTE_OFF)
MIXED = (NOTE_ON, CONTROL_CHANGE, CONTROL_CHANGE, PITCH_BEND, NOTE_OFF, CHANNEL_PRESSURE)
_STATUS = {NOTE_ON: 0x90, NOTE_OFF: 0x80, CONTROL_CHANGE: 0xB0, CHANNEL_PRESSURE: 0xD0, PITCH_BEND: 0xE0}
#: Controllers without a second meaning: modulation, breath, foot.
_CONTROLLERS = (1, 2, 4)


class Feed:
    """Blocks of events without end, `each` of them in a block of `frames`, at times of their own."""

    def __init__(self, kinds: tuple[int, ...], frames: int, each: int, voices: int) -> None:
        self.kinds, self.frames, self.each = kinds, frames, each
        #: What the script starts for each key. When the key goes up, the host says of each that it is silent.
        self.voices = voices
        self._start = 0
        self._sequence = 0
        self._started = 0
        self._silent: list[int] = []

    def blocks(self, count: int) -> list[Block]:
        return [self._block() for _ in range(count)]

    def _block(self) -> Block:
        start = self._start
        self._start += self.frames
        records: list[Record] = [(VOICE_SILENT, start, voice) for voice in self._silent]
        self._silent.clear()
        records += (self._event(start + at * self.frames // self.each) for at in range(self.each))
        return start, self.frames, records

    def _event(self, time: int) -> Record:
        number = self._sequence
        self._sequence += 1
        kind = self.kinds[number % len(self.kinds)]
        value = 1 + number // len(self.kinds) % 127
        key = value
        if kind == NOTE_OFF:
            value = 64
            self._silent += range(self._started + 1, self._started + self.voices + 1)
            self._started += self.voices
        elif kind == CONTROL_CHANGE:
            key = _CONTROLLERS[number % len(_CONTROLLERS)]
        return kind, time, number + 1, 0, 0, _STATUS[kind], key, value, 0


def midi_bytes(record: Record) -> bytes:
    """The event as MIDI has it, for those who take bytes."""
    return bytes(record[5:7]) if record[0] == CHANNEL_PRESSURE else bytes(record[5:8])


def steps(first: int, count: int, length: int, frames: int, several: int, with_notes: bool) -> list[Block]:
    """Calls in which `several` steps of this length are due, perhaps with a note each, from step `first` on: the blocks
    around them, since the engine leaves out those in which nothing is to do."""
    blocks: list[Block] = []
    for number in range(first, first + count, several):
        begin = number * length // frames * frames
        end = (number + several - 1) * length // frames * frames + frames
        silent = range(max(number - several + 1, 1), number + 1) if with_notes else ()
        blocks.append((begin, end - begin, [(VOICE_SILENT, begin, voice) for voice in silent]))
    return blocks
