"""Between the scripts of a chain: what one puts out is what the next hears, as the host would have it.

Each script has a link behind it. It keeps the ledger of the script's voices and makes key presses and note-offs of the
next one of them (`_link_to_next.py`); an event that is let through stays what it is. Behind the last script it makes
what the host is told (`_link_to_host.py`). There a note that depends on a key press between two scripts gets the rule by which that press ends, as far as the host
knows such rules: so it ends on time and survives its script. Where two presses of one key may take each other's off,
the note is ended by the link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._clock import Clock, set_point
from ._ledger import Ledger, Press, Record, Sounding
from ._wire import (
    AT_BEAT,
    AT_KEY_UP,
    CARRIED,
    LAST_EVENT,
    NOTE_ON,
    PANIC,
    RAW,
    STATE,
    SYSEX,
    TRANSPORT,
)

if TYPE_CHECKING:
    from ._events import NoteOn
    from ._runtime import Runtime
    from ._voices import Voice

_NEITHER = (None, None)


class Reach:
    """What a note of a script comes to in the scripts behind it. Knows nothing of who knows it: no cycles."""

    __slots__ = ("because", "ringing")

    def __init__(self, because: Reach | None) -> None:
        #: That of the note of an earlier script because of which this one is played.
        self.because = because
        #: How many notes are played because of it that the instrument has not ended.
        self.ringing = 0

    def ring(self, more: int) -> None:
        """More notes in the instrument, or fewer: because of this note, and so of those before it."""
        reach: Reach | None = self
        while reach is not None:
            reach.ringing += more
            reach = reach.because

    def comes_of(self, first: Reach) -> bool:
        """Whether this note is played because of that one, or is it."""
        reach: Reach | None = self
        while reach is not None and reach is not first:
            reach = reach.because
        return reach is first


class Between(int):
    """The number of an event between two scripts, and what it came of."""

    #: Of a note-on.
    voice: Sounding | None = None
    #: Of a note-on, where an instrument plays.
    reach: Reach | None = None
    #: The input event of the host that this one is, unchanged and at its own time.
    origin: int = 0
    #: Of a note-off: it comes when everybody expected it.
    expected: bool = False
    #: Of a note-off: what ends with it is cut.
    choke: int = 0


class Numbers:
    """Counts events between scripts, apart from the host's."""

    def __init__(self) -> None:
        self._last = 1 << 32

    def next(self) -> Between:
        self._last += 1
        return Between(self._last)


class Link(Ledger):
    """What is behind a script of a chain."""

    def __init__(self, rt: Runtime, numbers: Numbers) -> None:
        super().__init__(Clock(rt.clock.sample_rate))
        self._rt = rt
        self._numbers = numbers
        #: Where the block begins that runs.
        self.start = 0
        #: What the next one gets of this block, in time order.
        self.records: list[Record] = []
        # The flags of what has passed without a call.
        self._flags = 0
        # Voices that have ended in this block: later links still ask what they were.
        self._over: list[Sounding] = []

    def apply(self, start: int, end: int, inputs: list[Record], outputs: list[Record]) -> list[Record]:
        """A block: what came in to the script and what it put out, both in time order. At one sample first what came
        in."""
        self.records = self._begin(start)
        for voice in self._over:  # the collector never looks at what has become old: no cycles
            voice.press = None
            voice.seq = 0
        self._over.clear()
        at = 0
        for record in inputs:
            time = record[1]
            while at < len(outputs) and outputs[at][1] < time:
                self.output(outputs[at])
                at += 1
            kind = record[0]
            if kind <= LAST_EVENT:
                if record[8]:
                    self._news(record)
                else:
                    self.posted(record)
            elif kind == TRANSPORT:
                self.advance(time - 1)
                set_point(self.clock, record)
                self.tempo_changed()
            elif kind == PANIC:
                self.advance(time - 1)
                self._forget()
        for record in outputs[at:] if at else outputs:
            self.output(record)
        self.advance(end - 1)
        self._inputs.clear()
        if self._rt.begun:
            for begun, _ in self._rt.begun.values():
                begun._silent = True  # the script was cancelled there: nothing of it has got here
            self._rt.begun.clear()
        return self.records

    def _begin(self, start: int) -> list[Record]:
        return []

    def _news(self, record: Record) -> None:
        """An event of which the script only hears: how things stood, or that it has passed already."""
        self.advance(record[1])
        self.posted(record)
        arrived, _ = self._inputs.pop(record[2])
        if record[8] & STATE and takes(self._rt, record):
            return
        self._flags = record[8]
        self.passed(record, record[1], arrived)
        self._flags = 0

    def _forget(self) -> None:
        """A panic: the host ends everything, and every script hears of it."""
        self._voices.clear()
        self._presses.clear()
        self._by_seq.clear()

    # ---- key presses between scripts ------------------------------------------------------------------------------

    def posted(self, record: Record) -> None:
        if record[0] == NOTE_ON:
            waiting = self._presses.get((record[3], record[4], record[6]))
            super().posted(record)
            if waiting:
                waiting = self._presses[record[3], record[4], record[6]]
                if any(isinstance(press.record[2], Between) for press in waiting):
                    for press in waiting:
                        self.doubt(press)
        else:
            super().posted(record)

    def doubt(self, press: Press) -> None:
        """Its off may be another one than the one that was meant for it: what depends on it is ended from here."""
        if not press.doubtful:
            press.doubtful = True
            for voice in self._bound_to(press):
                self.doubt_end(voice)

    def doubt_end(self, voice: Sounding) -> None:
        """Nobody knows any more when a voice ends."""
        raise NotImplementedError

    def _key_up(self, record: Record, time: int, arrived: int) -> None:
        off = record[2]
        if isinstance(off, Between):
            waiting = self._presses.get((record[3], record[4], record[6]))
            if waiting and not off.expected:
                for voice in self._bound_to(waiting[0]):
                    if voice.delay:
                        self.doubt_end(voice)
                    else:
                        voice.known = False
        super()._key_up(record, time, arrived)

    def _move(self, voice: Sounding, record: Record) -> None:
        super()._move(voice, record)
        self.doubt_end(voice)

    def _end(
        self, voice: Sounding, time: int, velocity: int | None = None, told: bool = False, choke: int = 0
    ) -> None:
        super()._end(voice, time, velocity, told, choke)
        self._over.append(voice)

    def _begun(self, voice: Sounding) -> tuple[Voice | None, NoteOn | None]:
        """A voice as the script has it, and the key press because of which it is played; where an instrument plays."""
        begun = self._rt.begun
        return begun.pop(voice.number, _NEITHER) if begun is not None else _NEITHER

    def acts_on(self, reach: Reach) -> bool:
        """Whether a handler still runs, of the script or of one behind it, that took a note or what was played because
        of it."""
        for task in self._rt.tasks:
            taken = reach_of(task.press)
            if taken is not None and taken.comes_of(reach):
                return True
        return False

    # ---- when the chain must be called ------------------------------------------------------------------------------

    def due(self) -> tuple[float, float, bool]:
        """The next end: its sample, and its clock beat if it moves with the tempo; and whether one waits for a key."""
        voices = self._voices.values()
        sample = min((voice.due for voice in voices if voice.kind != AT_BEAT), default=float("inf"))
        beat = min((voice.value for voice in voices if voice.kind == AT_BEAT), default=float("inf"))
        return sample, beat, any(voice.kind == AT_KEY_UP for voice in voices)


def takes(rt: Runtime, record: Record) -> bool:
    """Whether a script has a handler that takes an event."""
    kind, channel, number = record[0], record[4], record[6]
    return not rt.bypassed and any(
        (handler.channel is None or handler.channel == channel)
        and (handler.numbers is None or number in handler.numbers)
        for handler in rt._takers[kind if kind != SYSEX or record[5] else RAW]
    )


def origin_of(number: int) -> int:
    """The host's number of an event, 0 if it is none of the host's."""
    return number.origin if isinstance(number, Between) else number


def reach_of(press: NoteOn | None) -> Reach | None:
    """That of the note of an earlier script which a key press is."""
    return press._seq.reach if press is not None and isinstance(press._seq, Between) else None


def inherit(voice: Sounding) -> None:
    """A note that is forwarded sounds as it came, beside what is done to it."""
    seq = voice.press.record[2] if voice.press is not None else 0
    if voice.forwarded and isinstance(seq, Between) and seq.voice is not None:
        voice.tuning += seq.voice.tuning
        voice.sound = voice.sound or seq.voice.sound


def change_bound(link: Link, record: Record) -> None:
    change = record[2]
    press = link._by_seq.get(change[2])
    if press is None:
        return
    if press.passed:
        link.records.append((CARRIED, record[1], change))
    for voice in link._bound_to(press):
        link.changed(voice, (*change[:2], voice.number, *change[3:]))
