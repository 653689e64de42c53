"""The ledger of ends: key presses, the voices that belong to them, and when each of them ends.

In Outboard the host keeps it in C++. Here it stands by the same rules for two users: tests, which have no host
(`_heard.py`), and the scripts of a chain, where what one plays is what the next hears (`_links.py`). What becomes of a
note is said by the subclass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from ._clock import Clock, round_sample
from ._wire import (
    AT_BEAT,
    AT_KEY_UP,
    AT_SAMPLE,
    CHANGE_NOTE,
    CHOKE,
    END_ALL,
    END_VOICE,
    GLIDE_KILL,
    HOLD,
    MOVE_END,
    NOTE_OFF,
    NOTE_ON,
    PASS,
)

Record = tuple[Any, ...]
NOT_YET = math.inf
HALF = 64
_MOST_BOUND = 64


@dataclass(eq=False)
class Press:
    """A key press."""

    record: Record
    #: Events are counted as they come in: an off ends no press that came after it.
    arrived: int
    passed: bool = False
    bound: list[Sounding] = field(default_factory=list)
    #: When its key went up, and how fast.
    up: float = NOT_YET
    up_velocity: int = HALF
    order: int = 0
    #: Another key press may get the off that was meant for this one.
    doubtful: bool = False


@dataclass(eq=False)
class Sounding:
    """A voice that has not ended."""

    number: int
    port: int
    channel: int
    key: int
    kind: int
    value: float
    started: int
    #: What it is bound to, or comes from.
    press: Press | None = None
    delay: int = 0
    forwarded: bool = False
    off_velocity: int = HALF
    due: float = NOT_YET
    order: int = 0
    tuning: float = 0.0
    #: The preset and the place in its recording, if it has its own.
    sound: tuple[int, ...] = ()
    #: Whoever comes after knows of its end already.
    known: bool = True
    #: Between two scripts: the number of the key press that it is for the next one.
    seq: int = 0
    #: It is no voice of the script: a key press that was let through.
    passes: bool = False


class Ledger:
    """Takes what came in to a script and what it put out, in time order."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._inputs: dict[int, tuple[int, Record]] = {}
        self._presses: dict[tuple[int, int, int], list[Press]] = {}
        self._by_seq: dict[int, Press] = {}
        self._voices: dict[int, Sounding] = {}
        self._notes = 0
        self._arrived = 0
        #: No voice is due before this.
        self._next: float = NOT_YET

    # ---- what a subclass makes of it ------------------------------------------------------------------------------

    def started(self, voice: Sounding, record: Record) -> None:
        """A voice of the script sounds."""
        raise NotImplementedError

    def ended(self, voice: Sounding, time: int, velocity: int, told: bool, choke: int) -> None:
        """It has ended: by its rule, or because the script said so."""
        raise NotImplementedError

    def changed(self, voice: Sounding, record: Record) -> None:
        """A CHANGE_NOTE."""
        raise NotImplementedError

    def press_passed(self, press: Press, time: int) -> None:
        """A note-on goes on as it came."""
        raise NotImplementedError

    def press_ended(self, press: Press, off: Record, time: int, velocity: int) -> None:
        """Its note-off goes on."""
        raise NotImplementedError

    def off_swallowed(self, off: Record, time: int) -> None:
        """A note-off that belongs to a press which did not go on."""

    def off_alone(self, off: Record, time: int, velocity: int) -> None:
        """A note-off that belongs to no press goes on."""
        raise NotImplementedError

    def other_passed(self, record: Record, time: int) -> None:
        """Any other event goes on as it came."""
        raise NotImplementedError

    def sent(self, record: Record) -> None:
        """The script sends an event of its own, or sets something."""
        raise NotImplementedError

    # ---- what happens -------------------------------------------------------------------------------------------

    def posted(self, record: Record) -> None:
        """An input event: its outcome comes later."""
        self._arrived += 1
        self._inputs[record[2]] = (self._arrived, record)
        if record[0] == NOTE_ON:
            press = self._by_seq[record[2]] = Press(record, self._arrived)
            self._presses.setdefault((record[3], record[4], record[6]), []).append(press)

    def advance(self, time: int) -> None:
        """All ends that are due at or before a sample."""
        while self._next <= time:
            voice = min(self._voices.values(), key=_due, default=None)
            self._next = voice.due if voice is not None else NOT_YET
            if voice is not None and voice.due <= time:
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
            arrived, came = self._inputs.pop(record[2])
            self.passed(came, time, arrived)
        elif kind == NOTE_ON:
            self._start(record)
        elif kind == END_VOICE:
            voice = self._voices.get(record[2])
            if voice is not None:
                self._end(voice, time, HALF if record[3] < 0 else record[3], told=True, choke=record[4])
        elif kind == MOVE_END:
            voice = self._voices.get(record[2])
            if voice is not None:
                self._move(voice, record)
        elif kind == CHANGE_NOTE:
            voice = self._voices.get(record[2])
            if voice is not None:
                self._change(voice, record)
        elif kind == END_ALL:
            self.end_all(time)
        else:
            self.sent(record)
        self.advance(time)

    def passed(self, record: Record, time: int, arrived: int) -> None:
        """An input event that goes on as it came; of an off, only if nobody owns its note."""
        kind = record[0]
        if kind == NOTE_ON:
            press = self._by_seq[record[2]]
            press.passed = True
            press.order = self._next_order()
            self.press_passed(press, time)
        elif kind == NOTE_OFF:
            self._key_up(record, time, arrived)
        elif kind == CHOKE:
            self._choke(record, time)
        else:
            self.other_passed(record, time)

    def end_all(self, time: int) -> None:
        """Every voice of the script ends."""
        for voice in list(self._voices.values()):
            self._end(voice, time, told=True)

    # ---- how it is done -----------------------------------------------------------------------------------------

    def _key_up(self, record: Record, time: int, arrived: int) -> None:
        _, _, _, port, channel, status, key, velocity, _ = record
        if status & 0xF0 == 0x90:
            velocity = HALF
        waiting = self._presses.get((port, channel, key))
        if not waiting or waiting[0].arrived > arrived:
            self.off_alone(record, time, velocity)
            return
        press = waiting.pop(0)
        if not waiting:
            del self._presses[port, channel, key]
        self._press_gone(press, time, velocity)
        if press.passed:
            self.press_ended(press, record, time, velocity)
        else:
            self.off_swallowed(record, time)
        for voice in self._bound_to(press):
            voice.due = time + voice.delay
            if voice.due < self._next:
                self._next = voice.due
            if voice.forwarded:
                voice.off_velocity = velocity
        self.advance(time)

    def _bound_to(self, press: Press) -> list[Sounding]:
        """Its voices that end with it."""
        return [voice for voice in press.bound if voice.kind == AT_KEY_UP and self._voices.get(voice.number) is voice]

    def _press_gone(self, press: Press, time: int, velocity: int = HALF) -> None:
        press.up = time
        press.up_velocity = velocity
        del self._by_seq[press.record[2]]

    def _next_order(self) -> int:
        self._notes += 1
        return self._notes

    def _choke(self, record: Record, time: int) -> None:
        """All that its presses sound ends at once."""
        for press in self._presses.pop((record[3], record[4], record[6]), []):
            self._press_gone(press, time)
            if press.passed:
                self.press_ended(press, record, time, HALF)
            for voice in self._bound_to(press):
                self._end(voice, time, HALF)

    def _start(self, record: Record) -> None:
        _, time, number, port, channel, key, _, tuning, kind, value, seq, delay, forwarded = record[:13]
        assert number not in self._voices, f"voice {number} started twice"
        press = self._by_seq.get(seq) if seq else None
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
            press=press,
            delay=0 if late else delay,
            forwarded=bool(forwarded),
            off_velocity=delay if late else HALF,
            order=self._next_order(),
            tuning=tuning,
            sound=record[13:],
        )
        self._voices[number] = voice
        if kind == AT_KEY_UP:
            assert press is not None, "a voice is bound to a key press that is over"
            self._bind(voice, press)
        self.started(voice, record)
        self._aim(voice, time)

    def _bind(self, voice: Sounding, press: Press) -> None:
        if len(press.bound) > _MOST_BOUND:
            press.bound = self._bound_to(press)
        press.bound.append(voice)

    def _move(self, voice: Sounding, record: Record) -> None:
        """A MOVE_END."""
        voice.kind, voice.value = record[3], record[4]
        self._aim(voice, record[1])

    def _change(self, voice: Sounding, record: Record) -> None:
        _, time, _, _, _, kind, end, flags, _ = record
        self.changed(voice, record)
        if flags & GLIDE_KILL:
            voice.kind, voice.value = (AT_SAMPLE, float(time)) if kind == HOLD else (kind, end)
            self._aim(voice, time)

    def _aim(self, voice: Sounding, not_before: int = 0) -> None:
        if voice.kind == AT_SAMPLE:
            due: float = round_sample(voice.value)
        elif voice.kind == AT_BEAT:
            due = round_sample(self.clock.sample_of(voice.value))
        else:
            due = NOT_YET
        voice.due = max(due, voice.started, not_before)
        if voice.due < self._next:
            self._next = voice.due

    def _end(
        self, voice: Sounding, time: int, velocity: int | None = None, told: bool = False, choke: int = 0
    ) -> None:
        del self._voices[voice.number]
        self.ended(voice, time, voice.off_velocity if velocity is None else velocity, told, choke)


def _due(voice: Sounding) -> float:
    return voice.due
