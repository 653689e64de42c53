"""The link behind the last script of a chain: what the host is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._ledger import HALF, Ledger, Press, Record, Sounding
from ._links import Between, Link, Numbers, Reach, change_bound, inherit, origin_of, reach_of
from ._output import MOST_RINGING
from ._wire import (
    AT_BEAT,
    AT_KEY_UP,
    AT_SAMPLE,
    CARRIED,
    CHANGE_NOTE,
    END_VOICE,
    GLIDE_KILL,
    HOLD,
    LEFT,
    LOOP_OVER,
    MOVE_END,
    NOTE_OFF,
    NOTE_ON,
    PASS,
    SET_SETTING,
    SYSEX,
)

if TYPE_CHECKING:
    from ._runtime import Runtime

#: Voices that stand for a key press between two scripts: numbers that no script gives.
_FIRST_PASSING = 1 << 31


class ToHost(Link):
    """What the host is told."""

    def __init__(self, rt: Runtime, numbers: Numbers) -> None:
        super().__init__(rt, numbers)
        # Voices whose ends were doubted by an earlier link, before this one has its part of the block.
        self._doubted: list[Sounding] = []
        self._applying = False
        self._time = 0
        # Of notes that come of one of an earlier script and that the instrument has not ended, by voice.
        self._ringing: dict[int, Reach] = {}

    def _begin(self, start: int) -> list[Record]:
        doubted, self._doubted = self._doubted, []
        return [(MOVE_END, start, voice.number, HOLD, 0.0) for voice in doubted if voice.number in self._voices]

    def apply(self, start: int, end: int, inputs: list[Record], outputs: list[Record]) -> list[Record]:
        self._applying = True
        self._time = start
        try:
            return super().apply(start, end, inputs, outputs)
        finally:
            self._applying = False

    def doubt_end(self, voice: Sounding) -> None:
        if voice.known and voice.kind == AT_KEY_UP:
            voice.known = False
            if self._applying:
                self.records.append((MOVE_END, self._time, voice.number, HOLD, 0.0))
            else:
                self._doubted.append(voice)

    def posted(self, record: Record) -> None:
        self._time = record[1]
        super().posted(record)

    def output(self, record: Record) -> None:
        self._time = record[1]
        super().output(record)

    # ---- notes ------------------------------------------------------------------------------------------------------

    def started(self, voice: Sounding, record: Record) -> None:
        inherit(voice)
        kind, value, seq, delay, forwarded = end_for_host(voice, record[1])
        voice.known = kind != HOLD or voice.kind == HOLD
        note = (NOTE_ON, record[1], voice.number, voice.port, voice.channel, voice.key, record[6], voice.tuning)
        self.records.append((*note, kind, value, seq, delay, forwarded, *voice.sound))
        reach = self._cause(voice)
        if reach is not None:
            reach.ring(1)
            self._ringing[voice.number] = reach
            if len(self._ringing) > MOST_RINGING:
                self.silent(next(iter(self._ringing)))

    def _cause(self, voice: Sounding) -> Reach | None:
        """The note of the script before this one because of which a voice sounds."""
        if voice.passes:
            seq = voice.press.record[2] if voice.press is not None else 0
            return seq.reach if isinstance(seq, Between) else None
        return reach_of(self._begun(voice)[1])

    def silent(self, number: int) -> None:
        """The instrument has ended a voice."""
        reach = self._ringing.pop(number, None)
        if reach is not None:
            reach.ring(-1)

    def ended(self, voice: Sounding, time: int, velocity: int, told: bool, choke: int) -> None:
        if told or not voice.known:
            self.records.append((END_VOICE, time, voice.number, velocity, choke))

    def changed(self, voice: Sounding, record: Record) -> None:
        self.records.append(record)
        if record[7] & GLIDE_KILL:
            voice.known = True

    def _move(self, voice: Sounding, record: Record) -> None:
        Ledger._move(self, voice, record)
        voice.known = True
        self.records.append(record)

    def end_all(self, time: int) -> None:
        for voice in list(self._voices.values()):
            if not voice.passes:
                self._end(voice, time, told=True)

    def press_passed(self, press: Press, time: int) -> None:
        seq = press.record[2]
        if self._flags:
            return
        if not isinstance(seq, Between):
            self.records.append((PASS, time, seq))
            return
        # For the host it is a note that the chain has forwarded.
        press.passed = False
        _, _, _, port, channel, _, key, velocity, _ = press.record
        number = _FIRST_PASSING | seq & _FIRST_PASSING - 1
        voice = Sounding(number, port, channel, key, AT_KEY_UP, 0.0, time, press, forwarded=True, passes=True)
        self._voices[number] = voice
        self._bind(voice, press)
        self.started(voice, (NOTE_ON, time, number, port, channel, key, velocity))

    def press_ended(self, press: Press, off: Record, time: int, velocity: int) -> None:
        self._off(off, time)

    def off_alone(self, off: Record, time: int, velocity: int) -> None:
        self._off(off, time)

    def off_swallowed(self, off: Record, time: int) -> None:
        if not isinstance(off[2], Between):
            self._off(off, time)

    def _off(self, off: Record, time: int) -> None:
        """A note-off of the host is passed in any case: it knows what becomes of it."""
        if self._flags:
            return
        _, _, seq, port, channel, status, key, velocity, _ = off
        if isinstance(seq, Between):
            self.records.append((NOTE_OFF, time, port, channel, status, key, velocity, 0))
        else:
            self.records.append((PASS, time, seq))

    def _choke(self, record: Record, time: int) -> None:
        for press in self._presses.pop((record[3], record[4], record[6]), []):
            self._press_gone(press, time)
            for voice in self._bound_to(press):
                if isinstance(press.record[2], Between):
                    voice.known = False
                self._end(voice, time, HALF, choke=1)
        self._off(record, time)

    def _key_up(self, record: Record, time: int, arrived: int) -> None:
        waiting = self._presses.get((record[3], record[4], record[6]))
        off = record[2]
        if waiting:
            _exchange(waiting, isinstance(off, Between))
            if isinstance(off, Between) and off.choke:
                for voice in self._bound_to(waiting[0]):
                    if not voice.delay:
                        self._end(voice, time, HALF, told=True, choke=1)
        super()._key_up(record, time, arrived)

    # ---- other events -----------------------------------------------------------------------------------------------

    def other_passed(self, record: Record, time: int) -> None:
        kind, _, seq, port, channel, b0, b1, b2, _ = record
        if self._flags:
            return
        if not isinstance(seq, Between):
            self.records.append((PASS, time, seq))
        elif kind == SYSEX:
            self.records.append((SYSEX, time, port, seq.origin, b"" if seq.origin else b0))
        else:
            self.records.append((kind, time, port, channel, b0, b1, b2, seq.origin))

    def sent(self, record: Record) -> None:
        kind, time = record[:2]
        if kind == CARRIED:
            if record[2][0] == CHANGE_NOTE:
                change_bound(self, record)
            else:
                self.records.append(record[2])
        elif kind == SYSEX:
            _, _, port, origin, data = record
            came = origin_of(origin)
            if not data and not came:
                data = self._inputs[origin][1][5]
            self.records.append((SYSEX, time, port, came, data))
        elif kind in (SET_SETTING, LOOP_OVER):
            self.records.append(record)
        elif kind != LEFT:
            self.records.append((*record[:7], origin_of(record[7])))

    def due(self) -> tuple[float, float, bool]:
        unknown = [voice for voice in self._voices.values() if not voice.known]
        of_host = any(voice.press is not None and not isinstance(voice.press.record[2], Between) for voice in unknown)
        return min((voice.due for voice in unknown), default=float("inf")), float("inf"), of_host

    @property
    def ends_some(self) -> bool:
        """Whether there are notes that are ended from here."""
        return any(not voice.known for voice in self._voices.values())


def end_for_host(voice: Sounding, now: int) -> tuple[int, float, int, int, int]:
    """The end of a voice as the host can carry it out: kind, value, key press, delay, and whether the release of that
    key is its own. HOLD if the host cannot."""
    press = voice.press
    seq = press.record[2] if press is not None else 0
    if voice.kind != AT_KEY_UP:
        late = voice.forwarded and voice.kind == AT_SAMPLE
        return voice.kind, voice.value, _origin_of_key(seq), voice.off_velocity if late else 0, int(voice.forwarded)
    if press is None or press.doubtful:
        return HOLD, 0.0, 0, 0, 0
    if not isinstance(seq, Between):
        if press.up <= now:  # the host has forgotten it
            velocity = press.up_velocity if voice.forwarded else 0
            return AT_SAMPLE, press.up + voice.delay, seq, velocity, int(voice.forwarded)
        return AT_KEY_UP, 0.0, seq, voice.delay, int(voice.forwarded)
    source = seq.voice
    if source is None or not source.known:
        return HOLD, 0.0, 0, 0, 0
    kind, value, key, delay, forwarded = end_for_host(source, now)
    if kind == AT_KEY_UP:
        return kind, value, key, delay + voice.delay, int(forwarded and voice.forwarded)
    if kind == AT_SAMPLE:
        own = forwarded and voice.forwarded
        return kind, value + voice.delay, key if own else 0, delay if own else 0, int(own)
    if kind == AT_BEAT and not voice.delay:
        return kind, value, 0, 0, 0
    return HOLD, 0.0, 0, 0, 0


def _origin_of_key(seq: int) -> int:
    return 0 if isinstance(seq, Between) else seq


def _exchange(waiting: list[Press], between: bool) -> None:
    """Of a key that is down several times, some notes are the host's own and some are the chain's. An off ends a note
    of its own sort: if the oldest press has one of the other, the two presses change their notes."""

    def chains(press: Press) -> list[Sounding]:
        return [voice for voice in press.bound if voice.passes]

    def fits(press: Press) -> bool:
        return bool(chains(press)) if between else press.passed

    first = waiting[0]
    other = next((press for press in waiting if fits(press)), None)
    if other is None or other is first or not (first.passed or chains(first)):
        return
    first.passed, other.passed = other.passed, first.passed
    moved = (chains(other), chains(first))
    for press, voices in zip((first, other), moved):
        press.bound = [voice for voice in press.bound if not voice.passes] + voices
        for voice in voices:
            voice.press = press
