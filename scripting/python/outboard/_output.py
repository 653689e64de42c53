"""What leaves the script: voices and events, as records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Final

from . import _active
from ._clock import round_sample
from ._console import Write
from ._position import Alarm, Context, Position
from ._rpn import Entry
from ._runner import Runner
from ._values import channel0_of, index7, velocity7_of
from ._voices import Voice, new_voice
from ._wire import AT_BEAT, AT_KEY_UP, AT_SAMPLE, EXPRESSION, HOLD, MOVE_END, NOTE_OFF, NOTE_ON, SYSEX

if TYPE_CHECKING:
    from ._events import Event, NoteOn
    from ._time import Time


#: More voices than this that the instrument has not ended: the oldest count as silent (the host forgets them, too).
MOST_RINGING: Final = 4096


class Output(Runner):
    """Builds the output records."""

    __slots__ = ("_voice_count", "instrument_tells", "ringing", "begun", "still_heard", "sent", "entries")

    def __init__(self, sample_rate: float, script: str, write: Write) -> None:
        super().__init__(sample_rate, script, write)
        self._voice_count = 0
        #: Whether an instrument plays, which tells when a voice is silent; and the voices of which it has not told.
        self.instrument_tells = False
        self.ringing: dict[int, Voice] = {}
        #: In a chain that an instrument plays: the voices of this block with the key press because of which each is
        #: played, for the link behind the script; and whether one is heard that has been let go (`_link_to_next.py`).
        self.begun: dict[int, tuple[Voice, NoteOn | None]] | None = None
        self.still_heard: Callable[[Voice], bool] | None = None
        #: Notes started by `send(NoteOn)`, by port, channel and key, oldest first.
        self.sent: dict[tuple[int, int, int], list[Voice]] = {}
        #: Which RPN or NRPN is chosen, by port and channel.
        self.entries: dict[int, Entry] = {}

    def told_end(self, kind: int, value: float) -> float:
        """An end as the host is told it."""
        return float(round_sample(value)) if kind == AT_SAMPLE else value

    def voice_silent(self, number: int) -> None:
        """The instrument has ended a voice."""
        voice = self.ringing.pop(number, None)
        if voice is not None:
            voice._silent = True

    def acting(self) -> Context:
        """Who is running."""
        if self.ctx is None:
            raise _active.outside("this")
        return self.ctx

    # ---- voices -------------------------------------------------------------------------------------------------

    def start_voice(
        self,
        ctx: Context,
        channel: int,
        key: int,
        velocity7: int,
        tuning: float,
        kind: int,
        value: float,
        press: NoteOn | None,
        delay: int,
        forwarded: int,
    ) -> Voice:
        number = self._voice_count = self._voice_count + 1
        ctx.acted = True
        port, seq = ctx.port, 0
        if press is not None:
            seq = press._seq
            if forwarded:
                port = press.port
        told = float(round_sample(value)) if kind == AT_SAMPLE else value
        self.out.append(
            (NOTE_ON, self.now, number, port, channel, key, velocity7, tuning, kind, told, seq, delay, forwarded)
        )
        voice = new_voice(self, number, key, kind, value, press, delay)
        if self.instrument_tells:
            ringing = self.ringing
            ringing[number] = voice
            if len(ringing) > MOST_RINGING:
                self.voice_silent(next(iter(ringing)))
        if self.begun is not None:
            self.begun[number] = voice, press if press is not None else ctx.press
        voices = ctx.voices
        if voices is not None:
            voices.append(voice)
            if len(voices) > ctx.prune_at:
                self._forget_ended(voices)
                ctx.prune_at = max(16, 2 * len(voices))
        return voice

    def _forget_ended(self, voices: list[Voice]) -> None:
        """Of a task's voices; those whose end was a sample ago at most may stay."""
        now = {AT_SAMPLE: float(self.now), AT_BEAT: self.clock.beat_of(self.now)}
        voices[:] = [
            voice
            for voice in voices
            if not voice._over and (voice._value >= now[voice._kind] if voice._kind in now else voice.alive)
        ]

    def forward_note(
        self, press: NoteOn, key: int | None, velocity: float | None, channel: int | None, tuning: float | None
    ) -> Voice:
        """`NoteOn.forward`."""
        ctx = self.acting()
        key = press.key if key is None else index7(self, key, "key")
        velocity7 = velocity7_of(self, press.velocity if velocity is None else velocity)
        channel0 = press.channel - 1 if channel is None else channel0_of(self, channel)
        if tuning is None:
            tuning = press.tuning
        elif not isinstance(tuning, (int, float)):
            raise TypeError(f"tuning is in semitones, a number, not {tuning!r}")
        now = self.now
        delay = now - press.time
        up = press._up
        if up is None:
            return self.start_voice(ctx, channel0, key, velocity7, tuning, AT_KEY_UP, 0.0, press, delay, 1)
        # Its key is up: the host, which has forgotten the press, is told the release velocity in the place of the delay.
        end = max(now, up + delay)
        return self.start_voice(ctx, channel0, key, velocity7, tuning, AT_SAMPLE, end, press, press._up_velocity, 1)

    def silent_voice(self, key: int) -> Voice:
        """A voice that has ended before it began: its key is up already."""
        self._voice_count += 1
        voice = new_voice(self, self._voice_count, key, HOLD, 0.0, None, 0)
        voice._over = voice._silent = True
        return voice

    def end_after(self, time: Time) -> tuple[int, float, Position | None]:
        """The end that the host is told for a time from here on. For a mixed time that counts its samples first also
        the place where these are over, for `correct_mixed_end`."""
        samples = time._samples + time._seconds * self.clock.sample_rate
        beats = time._beats
        if time._bars:
            beats += time._bars * self.clock.bar_length
        ctx = self.acting() if self.ctx is None else self.ctx
        if not beats:
            here = self.exact_sample() if ctx.in_beats else ctx.hi + ctx.lo
            return AT_SAMPLE, here + samples if samples > 0.0 else here, None
        if not samples:
            here = ctx.hi + ctx.lo if ctx.in_beats else self.exact_beat()
            return AT_BEAT, here + beats if beats > 0.0 else here, None
        end = ctx.copy()
        self.aim(end, time)
        if end.rest:
            return AT_BEAT, self.clock.beat_of(end.hi + end.lo) + end.rest, end
        return (AT_BEAT if end.in_beats else AT_SAMPLE), end.hi + end.lo, None

    def move_end(self, voice: Voice, kind: int, value: float) -> None:
        """Another end for a voice."""
        told = float(round_sample(value)) if kind == AT_SAMPLE else value
        self.out.append((MOVE_END, self.now, voice.id, kind, told))
        voice._set_end(kind, value)

    def correct_mixed_end(self, voice: Voice, end: Position) -> None:
        """When the sample part of a mixed time is over, tells the host the end if the tempo has changed since."""
        told, rest = voice._value, end.rest

        def correct(alarm: Alarm) -> None:
            value = self.clock.beat_of(alarm.hi + alarm.lo) + rest
            if voice.alive and voice._kind == AT_BEAT and voice._value == told and abs(value - told) > 1e-9:
                self.move_end(voice, AT_BEAT, value)

        alarm = Alarm(correct)
        alarm.place_like(end)
        self.schedule(alarm, 0)

    def end_all_voices(self) -> None:
        """All voices of the script have ended at once."""
        self.era += 1
        self.sent.clear()
        for voice in list(self.watched):
            voice._finish(self.acting().copy())

    # ---- events -------------------------------------------------------------------------------------------------

    def forward_midi(
        self, event: Event, kind: int, status: int, data1: int, data2: int, channel: int | None, changed: bool
    ) -> None:
        channel0 = event.channel - 1
        if channel is not None:
            channel0 = channel0_of(self, channel)
            changed = changed or channel0 != event.channel - 1
        origin = 0 if changed or self.now != event.time else event._seq
        if self.ctx is not None:
            self.ctx.acted = True
        self.send_midi(kind, event.port, channel0, status, data1, data2, origin)

    def send_midi(self, kind: int, port: int, channel: int, status: int, data1: int, data2: int, origin: int) -> None:
        self.out.append((kind, self.now, port, channel, status | channel, data1, data2, origin))

    def send_sysex(self, port: int, origin: int, data: bytes) -> None:
        """Without `data`: the bytes of the input event `origin`, which the host has."""
        if self.ctx is not None:
            self.ctx.acted = True
        self.out.append((SYSEX, self.now, port, origin, data))

    def forward_expression(
        self, event: Event, kind: int, key: int, value: float, channel: int | None, changed: bool
    ) -> None:
        channel0 = event.channel - 1 if channel is None else channel0_of(self, channel)
        same = not changed and channel0 == event.channel - 1 and self.now == event.time
        self.acting().acted = True
        self.send_expression(event.port, channel0, kind, key, value, event._seq if same else 0)

    def send_expression(self, port: int, channel: int, kind: int, key: int, value: float, origin: int) -> None:
        self.out.append((EXPRESSION, self.now, port, channel, kind, key, float(value), origin))

    def send_choke(self, port: int, channel: int, key: int) -> None:
        """Cuts what `send(NoteOn)` has started on a key."""
        for voice in self.sent.pop((port, channel, key), []):
            if voice.alive:
                voice._end_now(-1, choke=1)

    def send_note_on(self, port: int, channel: int, key: int, velocity7: int, tuning: float) -> None:
        number = self._voice_count = self._voice_count + 1
        self.out.append((NOTE_ON, self.now, number, port, channel, key, velocity7, tuning, HOLD, 0.0, 0, 0, 0))
        voice = new_voice(self, number, key, HOLD, 0.0, None, 0)
        if self.begun is not None:
            self.begun[number] = voice, self.ctx.press if self.ctx is not None else None
        self.sent.setdefault((port, channel, key), []).append(voice)

    def send_note_off(self, port: int, channel: int, key: int, velocity7: int) -> None:
        sounding = self.sent.get((port, channel, key))
        if sounding:
            sounding.pop(0)._end_now(velocity7)
            if not sounding:
                del self.sent[port, channel, key]
        else:
            self.send_midi(NOTE_OFF, port, channel, 0x80, key, velocity7, 0)
