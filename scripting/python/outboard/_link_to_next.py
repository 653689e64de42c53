"""The link behind every script of a chain but the last: what the next script hears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._ledger import Press, Record, Sounding
from ._links import Between, Link, Numbers, Reach, change_bound, inherit, origin_of, reach_of
from ._wire import (
    CARRIED,
    CHANGE_NOTE,
    GLIDE_KILL,
    LEFT,
    LOOP_OVER,
    NOTE_OFF,
    NOTE_ON,
    PASS,
    SET_SETTING,
    SYSEX,
)

if TYPE_CHECKING:
    from ._runtime import Runtime
    from ._voices import Voice


class ToNext(Link):
    """What the next script hears."""

    def __init__(self, rt: Runtime, numbers: Numbers, after: Link) -> None:
        super().__init__(rt, numbers)
        self._after = after

    def still_heard(self, voice: Voice) -> bool:
        """Whether something is heard, or may be yet, of a note that the script has let go. In the block of its note-off
        that is so: the following scripts have not been there yet."""
        if self._rt.begun and voice.id in self._rt.begun:
            return True
        if voice.id in self._voices and voice._due() >= self.start:
            return True
        reach = voice._reach
        return reach.ringing > 0 or self._after.acts_on(reach)

    def acts_on(self, reach: Reach) -> bool:
        return super().acts_on(reach) or self._after.acts_on(reach)

    def doubt_end(self, voice: Sounding) -> None:
        voice.known = False
        press = self._after._by_seq.get(voice.seq)
        if press is not None:
            self._after.doubt(press)

    def started(self, voice: Sounding, record: Record) -> None:
        inherit(voice)
        seq = self._numbers.next()
        seq.voice = voice
        voice.seq = seq
        begun, cause = self._begun(voice)
        if begun is not None:
            seq.reach = begun._reach = Reach(reach_of(cause))
        channel, key = voice.channel, voice.key
        self.records.append((NOTE_ON, record[1], seq, voice.port, channel, 0x90 | channel, key, record[6], 0))

    def ended(self, voice: Sounding, time: int, velocity: int, told: bool, choke: int) -> None:
        seq = self._numbers.next()
        seq.expected = voice.known and not told
        seq.choke = choke
        channel, key = voice.channel, voice.key
        self.records.append((NOTE_OFF, time, seq, voice.port, channel, 0x80 | channel, key, velocity, 0))

    def changed(self, voice: Sounding, record: Record) -> None:
        self._carry(_for_press(record, voice.seq))
        if record[7] & GLIDE_KILL:
            self.doubt_end(voice)

    def press_passed(self, press: Press, time: int) -> None:
        self.records.append((*press.record[:8], self._flags))

    def press_ended(self, press: Press, off: Record, time: int, velocity: int) -> None:
        if off[0] == NOTE_OFF:
            self.records.append((*off[:8], self._flags))

    def off_alone(self, off: Record, time: int, velocity: int) -> None:
        self.records.append((*off[:8], self._flags))

    def off_swallowed(self, off: Record, time: int) -> None:
        if not isinstance(off[2], Between) and not self._flags:
            self._carry((PASS, time, off[2]))

    def _choke(self, record: Record, time: int) -> None:
        presses = self._presses.get((record[3], record[4], record[6]), [])
        goes_on = not presses or any(press.passed for press in presses)
        super()._choke(record, time)
        if goes_on:
            self.records.append((*record[:8], self._flags))
        else:
            self.off_swallowed(record, time)

    def other_passed(self, record: Record, time: int) -> None:
        self.records.append((*record[:8], self._flags))

    def sent(self, record: Record) -> None:
        kind, time = record[:2]
        if kind == CARRIED:
            if record[2][0] == CHANGE_NOTE:
                change_bound(self, record)
            else:
                self.records.append(record)
            return
        if kind in (SET_SETTING, LOOP_OVER):
            self._carry(record)
            return
        if kind == LEFT:
            return
        seq = self._numbers.next()
        if kind == SYSEX:
            _, _, port, origin, data = record
            seq.origin = origin_of(origin)
            data = data or self._inputs[origin][1][5]
            self.records.append((SYSEX, time, seq, port, 0, data, 0, 0, 0))
        else:
            _, _, port, channel, b0, b1, b2, origin = record
            seq.origin = origin_of(origin)
            self.records.append((kind, time, seq, port, channel, b0, b1, b2, 0))

    def _carry(self, record: Record) -> None:
        """It is for the host, and keeps its place among what the next scripts put out."""
        self.records.append((CARRIED, record[1], record))


def _for_press(record: Record, seq: int) -> Record:
    """A change of a note as a change of what depends on the key press that the note is for the next script."""
    _, time, _, dimension, value, kind, end, flags, begin = record
    return (CHANGE_NOTE, time, seq, dimension, value, kind, end, flags & ~GLIDE_KILL, begin)
