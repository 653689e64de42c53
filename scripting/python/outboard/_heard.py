"""What is heard of a script under test, as events: the ledger of ends, where no host is."""

from __future__ import annotations

from ._clock import Clock, round_sample
from ._events import Event, NoteOff, NoteOn
from ._incoming import UNIT, other
from ._ledger import HALF, Ledger, Press, Record, Sounding
from ._note_changes import DIMENSIONS, NoteChange
from ._wire import AT_BEAT, AT_SAMPLE, GLIDE_FROM, NOTE_END, NOTE_OFF, SET_SETTING, SYSEX


class Heard(Ledger):
    """Keeps what is heard: notes with their ends, and everything else."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.heard: list[Event] = []

    def started(self, voice: Sounding, record: Record) -> None:
        self.heard.append(
            NoteOn(
                time=record[1],
                port=voice.port,
                channel=voice.channel + 1,
                key=voice.key,
                velocity=UNIT[record[6]],
                note_id=voice.number,
                tuning=voice.tuning,
            )
        )

    def ended(self, voice: Sounding, time: int, velocity: int, told: bool, choke: int) -> None:
        self._off(time, voice.port, voice.channel, voice.key, velocity, voice.number)

    def changed(self, voice: Sounding, record: Record) -> None:
        _, time, _, dimension, value, kind, end, flags, begin = record
        if kind == AT_SAMPLE:
            until = max(round_sample(end), time)
        elif kind == AT_BEAT:
            until = max(round_sample(self.clock.sample_of(end)), time)
        else:
            until = time
        if flags & GLIDE_FROM:
            self._change_heard(voice, time, dimension, begin, time)
        self._change_heard(voice, time, dimension, value, until)

    def press_passed(self, press: Press, time: int) -> None:
        _, _, seq, port, channel, _, key, velocity, _ = press.record
        self.heard.append(
            NoteOn(time=time, port=port, channel=channel + 1, key=key, velocity=UNIT[velocity], note_id=-1 - seq)
        )

    def press_ended(self, press: Press, off: Record, time: int, velocity: int) -> None:
        _, _, seq, port, channel, _, key, _, _ = press.record
        self._off(time, port, channel, key, velocity, -1 - seq)

    def off_alone(self, off: Record, time: int, velocity: int) -> None:
        self._off(time, off[3], off[4], off[6], velocity, -1)

    def other_passed(self, record: Record, time: int) -> None:
        kind, _, _, port, channel, b0, b1, b2, _ = record
        if kind != NOTE_END:
            self.heard.append(other(kind, time, 0, port, channel, b0, b1, b2))

    def sent(self, record: Record) -> None:
        kind, time = record[:2]
        if kind == SET_SETTING:
            return  # no note of it is heard
        if kind == NOTE_OFF:
            _, _, port, channel, _, key, velocity, _ = record
            self._off(time, port, channel, key, velocity, -1)
        elif kind == SYSEX:
            _, _, port, origin, data = record
            self.heard.append(other(SYSEX, time, 0, port, 0, data or self._inputs[origin][1][5], 0, 0))
        else:
            _, _, port, channel, b0, b1, b2, _ = record
            self.heard.append(other(kind, time, 0, port, channel, b0, b1, b2))

    def panic(self, time: int) -> None:
        """Everything ends, in the order in which it began; every key press is forgotten."""
        notes: list[Press | Sounding] = [*self._voices.values()]
        notes += [press for presses in self._presses.values() for press in presses if press.passed]
        for note in sorted(notes, key=lambda note: note.order):
            if isinstance(note, Sounding):
                self._end(note, time)
            else:
                self.press_ended(note, note.record, time, HALF)
        self._presses.clear()
        self._by_seq.clear()

    def finish(self) -> None:
        """The ends that are fixed already, though they lie beyond what was run."""
        self.advance(2**62)

    def _off(self, time: int, port: int, channel: int, key: int, velocity: int, note_id: int) -> None:
        self.heard.append(
            NoteOff(time=time, port=port, channel=channel + 1, key=key, velocity=UNIT[velocity], note_id=note_id)
        )

    def _change_heard(self, voice: Sounding, time: int, dimension: int, value: float, until: int) -> None:
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
