"""The host's end ledger, small: key presses, the voices that belong to them, and when each of them ends.

In Outboard the host does this in C++; for tests it is done here, by the same rules.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from ._clock import Clock, round_sample
from ._events import Event, NoteOff, NoteOn
from ._incoming import UNIT, other
from ._note_changes import DIMENSIONS, NoteChange
from ._wire import (
    AT_BEAT,
    AT_KEY_UP,
    AT_SAMPLE,
    CHANGE_NOTE,
    CHOKE,
    END_ALL,
    END_VOICE,
    GLIDE_FROM,
    GLIDE_KILL,
    HOLD,
    MOVE_END,
    NOTE_END,
    NOTE_OFF,
    NOTE_ON,
    PASS,
    SET_SETTING,
    SYSEX,
)

Record = tuple[Any, ...]
NOT_YET = math.inf
HALF = 64


@dataclass
class Press:
    """A key press."""

    record: Record
    passed: bool = False
    bound: list[Sounding] = field(default_factory=list)
    down: bool = True
    order: int = 0


@dataclass
class Sounding:
    """A voice that has not ended."""

    number: int
    port: int
    channel: int
    key: int
    kind: int
    value: float
    started: int
    delay: int = 0
    forwarded: bool = False
    off_velocity: int = HALF
    due: float = NOT_YET
    order: int = 0


class Ledger:
    """Takes what the script put out, and gives what is heard: notes with their ends."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.heard: list[Event] = []
        self._inputs: dict[int, Record] = {}
        self._presses: dict[tuple[int, int, int], list[Press]] = {}
        self._by_seq: dict[int, Press] = {}
        self._voices: dict[int, Sounding] = {}
        self._notes = 0

    # ---- what happens -------------------------------------------------------------------------------------------

    def posted(self, record: Record) -> None:
        """An input event: its outcome comes later."""
        self._inputs[record[2]] = record
        if record[0] == NOTE_ON:
            press = Press(record)
            self._presses.setdefault((record[3], record[4], record[6]), []).append(press)
            self._by_seq[record[2]] = press

    def advance(self, time: int) -> None:
        """All ends that are due at or before a sample."""
        while True:
            voice = min(self._voices.values(), key=lambda voice: (voice.due, voice.number), default=None)
            if voice is None or voice.due > time:
                return
            self._end(voice, int(voice.due))

    def tempo_changed(self) -> None:
        """Ends in beats move."""
        for voice in self._voices.values():
            if voice.kind == AT_BEAT:
                self._aim(voice)

    def output(self, record: Record) -> None:
        """One record that the script put out."""
        kind, time = record[0], record[1]
        self.advance(time)
        if kind == PASS:
            self.passed(self._inputs.pop(record[2]), time)
        elif kind == NOTE_ON:
            self._start(record)
        elif kind == END_VOICE:
            voice = self._voices.get(record[2])
            if voice is not None:
                self._end(voice, time, HALF if record[3] < 0 else record[3])
        elif kind == MOVE_END:
            voice = self._voices.get(record[2])
            if voice is not None:
                voice.kind, voice.value = record[3], record[4]
                self._aim(voice, time)
        elif kind == CHANGE_NOTE:
            self._change(record)
        elif kind == SET_SETTING:
            pass  # no note of it is heard
        elif kind == END_ALL:
            self.end_all(time)
        elif kind == NOTE_OFF:
            _, _, port, channel, _, key, velocity, _ = record
            self.heard.append(
                NoteOff(time=time, port=port, channel=channel + 1, key=key, velocity=UNIT[velocity], note_id=-1)
            )
        elif kind == SYSEX:
            _, _, port, origin, data = record
            self.heard.append(other(SYSEX, time, 0, port, 0, data or self._inputs[origin][5], 0, 0))
        else:
            _, _, port, channel, b0, b1, b2, _ = record
            self.heard.append(other(kind, time, 0, port, channel, b0, b1, b2))
        self.advance(time)

    def passed(self, record: Record, time: int) -> None:
        """An input event that goes on as it came; of an off, only if nobody owns its note."""
        kind, _, seq, port, channel, b0, b1, b2, _ = record
        if kind == NOTE_ON:
            self._by_seq[seq].passed = True
            self._by_seq[seq].order = self._next_order()
            self.heard.append(
                NoteOn(time=time, port=port, channel=channel + 1, key=b1, velocity=UNIT[b2], note_id=-1 - seq)
            )
        elif kind == NOTE_OFF:
            self._key_up(record, time)
        elif kind == CHOKE:
            self._choke(record, time)
        elif kind != NOTE_END:
            self.heard.append(other(kind, time, 0, port, channel, b0, b1, b2))

    def end_all(self, time: int) -> None:
        for voice in list(self._voices.values()):
            self._end(voice, time)

    def panic(self, time: int) -> None:
        """Everything ends, in the order in which it began; every key press is forgotten."""
        notes: list[Press | Sounding] = [*self._voices.values()]
        notes += [press for presses in self._presses.values() for press in presses if press.passed]
        for note in sorted(notes, key=lambda note: note.order):
            if isinstance(note, Sounding):
                self._end(note, time)
            else:
                self._press_off(note, time, HALF)
        self._presses.clear()

    def finish(self) -> None:
        """The ends that are fixed already, though they lie beyond what was run."""
        self.advance(2**62)

    # ---- how it is done -----------------------------------------------------------------------------------------

    def _key_up(self, record: Record, time: int) -> None:
        _, _, seq, port, channel, status, key, velocity, _ = record
        if status & 0xF0 == 0x90:
            velocity = HALF
        waiting = self._presses.get((port, channel, key), [])
        press = waiting[0] if waiting and waiting[0].record[2] < seq else None
        if press is None:
            self.heard.append(
                NoteOff(time=time, port=port, channel=channel + 1, key=key, velocity=UNIT[velocity], note_id=-1)
            )
            return
        waiting.pop(0)
        press.down = False
        if press.passed:
            self._press_off(press, time, velocity)
        for voice in press.bound:
            if voice.number in self._voices and voice.kind == AT_KEY_UP:
                voice.due = time + voice.delay
                if voice.forwarded:
                    voice.off_velocity = velocity
        self.advance(time)

    def _next_order(self) -> int:
        self._notes += 1
        return self._notes

    def _choke(self, record: Record, time: int) -> None:
        """All that its presses sound ends at once."""
        for press in self._presses.pop((record[3], record[4], record[6]), []):
            press.down = False
            if press.passed:
                self._press_off(press, time, HALF)
            for voice in press.bound:
                if voice.number in self._voices and voice.kind == AT_KEY_UP:
                    self._end(voice, time, HALF)

    def _press_off(self, press: Press, time: int, velocity: int) -> None:
        _, _, seq, port, channel, _, key, _, _ = press.record
        self.heard.append(
            NoteOff(time=time, port=port, channel=channel + 1, key=key, velocity=UNIT[velocity], note_id=-1 - seq)
        )

    def _start(self, record: Record) -> None:
        _, time, number, port, channel, key, velocity, tuning, kind, value, seq, delay, forwarded = record[:13]
        assert number not in self._voices, f"voice {number} started twice"
        press = self._by_seq[seq] if seq else None
        # A voice that was forwarded after its key went up has the release velocity in the place of the delay.
        late = forwarded and kind == AT_SAMPLE
        voice = Sounding(
            number,
            port,
            channel,
            key,
            kind,
            value,
            time,
            delay=0 if late else delay,
            forwarded=bool(forwarded),
            off_velocity=delay if late else HALF,
            order=self._next_order(),
        )
        self._voices[number] = voice
        if kind == AT_KEY_UP:
            assert press is not None and press.down, "a voice is bound to a key press that is over"
            press.bound.append(voice)
        self.heard.append(
            NoteOn(
                time=time,
                port=port,
                channel=channel + 1,
                key=key,
                velocity=UNIT[velocity],
                note_id=number,
                tuning=tuning,
            )
        )
        self._aim(voice, time)

    def _change(self, record: Record) -> None:
        _, time, number, dimension, value, kind, end, flags, begin = record
        voice = self._voices.get(number)
        if voice is None:
            return
        if kind == AT_SAMPLE:
            until = max(round_sample(end), time)
        elif kind == AT_BEAT:
            until = max(round_sample(self.clock.sample_of(end)), time)
        else:
            until = time
        if flags & GLIDE_FROM:
            self._changed(voice, time, dimension, begin, time)
        self._changed(voice, time, dimension, value, until)
        if flags & GLIDE_KILL:
            voice.kind, voice.value = (AT_SAMPLE, float(time)) if kind == HOLD else (kind, end)
            self._aim(voice, time)

    def _changed(self, voice: Sounding, time: int, dimension: int, value: float, until: int) -> None:
        self.heard.append(
            NoteChange(
                time=time,
                port=voice.port,
                channel=voice.channel + 1,
                note_id=voice.number,
                key=voice.key,
                kind=DIMENSIONS[dimension].name,
                value=value,
                until=until,
            )
        )

    def _aim(self, voice: Sounding, not_before: int = 0) -> None:
        if voice.kind == AT_SAMPLE:
            due: float = round_sample(voice.value)
        elif voice.kind == AT_BEAT:
            due = round_sample(self.clock.sample_of(voice.value))
        else:
            due = NOT_YET
        voice.due = max(due, voice.started, not_before)

    def _end(self, voice: Sounding, time: int, velocity: int | None = None) -> None:
        del self._voices[voice.number]
        if velocity is None:
            velocity = voice.off_velocity
        self.heard.append(
            NoteOff(
                time=time,
                port=voice.port,
                channel=voice.channel + 1,
                key=voice.key,
                velocity=UNIT[velocity],
                note_id=voice.number,
            )
        )
