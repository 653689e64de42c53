"""Notes that the script plays: `play`, `all_notes_off`, and the `Voice` of each note."""

from __future__ import annotations

import math
from _thread import get_ident
from typing import TYPE_CHECKING

from . import _active
from ._clock import round_sample
from ._every import Every
from ._events import NoteOn
from ._instrument import Preset, sound_of
from ._note_changes import ChangingNote
from ._position import Alarm, Position
from ._time import Time, check_time
from ._values import channel0_of, index7, value7_of, velocity7_of
from ._waits import Ended
from ._wire import AT_BEAT, AT_KEY_UP, AT_SAMPLE, END_ALL, END_VOICE, HOLD

if TYPE_CHECKING:
    from ._links import Reach
    from ._output import Output
    from ._runtime import Runtime
    from ._tasks import Task


class Voice(ChangingNote):
    """One note that the script has started. The host ends it: at its duration, with its key, or when you say so."""

    __slots__ = (
        "id",
        "key",
        "data",
        "_rt",
        "_era",
        "_over",
        "_kind",
        "_value",
        "_press",
        "_delay",
        "_ended_at",
        "_waiters",
        "_alarm",
        "_silent",
        "_reach",
    )

    #: Unique among the script's voices.
    id: int
    key: int
    #: Yours: whatever belongs to this note.
    data: object
    _rt: Output
    _era: int
    _over: bool
    _kind: int
    _value: float
    _press: NoteOn | None
    _delay: int
    _ended_at: Position | None
    _waiters: list[tuple[Task, int]] | None
    _alarm: Alarm | None
    #: The instrument has ended it, or nothing of it was ever heard.
    _silent: bool
    #: In a chain: what the following scripts make of it; not there before they have heard of it.
    _reach: Reach

    def __init__(self) -> None:
        raise TypeError("a voice is what play and forward return")

    def __repr__(self) -> str:
        return f"<Voice {self.id}, key {self.key}, {'alive' if self.alive else 'ended'}>"

    @property
    def alive(self) -> bool:
        """Whether its note-off is still to come."""
        rt = self._rt
        if self._over:
            return False
        if self._era != rt.era:
            self._over = True
            return False
        if rt.now < self._due():
            return True
        self._over = True
        return False

    @property
    def sounding(self) -> bool:
        """Whether the note is heard, its release and the pedal included: until the instrument has ended it. (It tells
        that up to a block late; in `outboard.testing` no instrument plays, and this is the same as `alive`.)

        If other scripts follow on the track, the note is what they make of it: it sounds until its note-off is over,
        all that they play because of it is silent, and none of their handlers of it runs on. They play a note because
        of another one if it is forwarded from that or ends with it, or, if neither, when that one's handler plays it.
        """
        rt = self._rt
        if rt.instrument_tells:
            return not self._silent
        return self.alive or rt.still_heard is not None and not self._silent and rt.still_heard(self)

    def release(self, after: Time | None = None, velocity: float | None = None) -> None:
        """Ends the note, now or `after` a time, which takes the place of the end it had."""
        rt, ctx = _acting("release")
        velocity7 = -1 if velocity is None else value7_of(rt, velocity, "release velocity")
        if after is not None:
            check_time(after, "release(after=...)")
        if not self.alive:
            return
        if after is None:
            self._end_now(velocity7)
            return
        if velocity7 < 0:
            kind, value, mixed = rt.end_after(after)
            rt.move_end(self, kind, value)
            if mixed is not None:
                rt.correct_mixed_end(self, mixed)
            return
        # The host's ends carry no release velocity: this one is sent by the script when it is due.
        rt.move_end(self, HOLD, 0.0)
        alarm = Alarm(lambda alarm: self._end_now(velocity7, alarm) if self._alarm is alarm and self.alive else None)
        self._alarm = alarm
        alarm.place_like(ctx)
        rt.aim(alarm, after)
        rt.schedule(alarm, 0)

    def choke(self) -> None:
        """Cuts the note at once, without its release."""
        _acting("choke")
        if self.alive:
            self._end_now(-1, choke=1)

    def ended(self) -> Ended:
        """Waits until the note-off: `await v.ended()`. The note may sound on; see `sounding`."""
        return Ended(self)

    def every(self, step: Time) -> Every:
        """`async for t in v.every(ms(5))`: now and at every step while the voice is alive.

        `t` is the time in seconds since the loop began.
        """
        check_time(step, "every")
        return Every(self, step)

    # ---- for the runtime --------------------------------------------------------------------------------------

    def _due(self) -> float:
        """The sample of its note-off, as far as that is known."""
        kind = self._kind
        if kind == AT_KEY_UP:
            press = self._press
            return math.inf if press is None or press._up is None else press._up + self._delay
        if kind == AT_SAMPLE:
            return round_sample(self._value)
        if kind == AT_BEAT:
            return round_sample(self._rt.clock.sample_of(self._value))
        return math.inf

    def _end_now(self, velocity7: int, at: Position | None = None, choke: int = 0) -> None:
        rt = self._rt
        rt.out.append((END_VOICE, rt.now, self.id, velocity7, choke))
        if at is None:
            at = rt.ctx.copy() if rt.ctx is not None else None
        self._finish(at)

    def _ends(self, kind: int, value: float) -> None:
        if not self.alive:
            return
        if kind == HOLD:
            self._finish(self._rt.acting().copy())
        else:
            self._set_end(kind, value)

    def _set_end(self, kind: int, value: float) -> None:
        self._kind = kind
        self._value = value
        self._alarm = None
        if self._waiters:
            self._watch()

    def _finish(self, at: Position | None) -> None:
        """It has ended: wakes who waits for it."""
        self._over = True
        self._ended_at = at
        self._alarm = None
        if self._waiters:
            waiters, self._waiters = self._waiters, None
            self._rt.watched.pop(self, None)
            for task, token in waiters:
                self._rt.wake(task, token)

    def _wait(self, task: Task) -> None:
        if self._waiters is None:
            self._waiters = []
        self._waiters.append((task, task.token))
        self._rt.watched[self] = None
        self._watch()

    def _forget(self, task: Task) -> None:
        if self._waiters:
            self._waiters = [entry for entry in self._waiters if entry[0] is not task]

    def _watch(self) -> None:
        """Somebody waits for the end: notices it when it comes."""
        rt = self._rt
        if self._alarm is not None or self._kind == HOLD:
            return
        press = self._press
        if self._kind == AT_KEY_UP and press is not None:
            if press._up is not None:
                self._press_ended(press._up)
            elif self not in press._followers:
                press._followers += (self,)
                rt.awaited_presses[press._seq] = press
            return
        end = Position()
        if self._kind == AT_BEAT:
            end.place_beat(self._value)
        else:
            end.place(self._value)
        self._alarm_at(end)

    def _press_ended(self, up: int) -> None:
        if self._over or self._kind != AT_KEY_UP:
            return
        end = Position()
        end.place(up + self._delay)
        if self._delay == 0:
            self._finish(end)
        else:
            self._alarm_at(end)

    def _alarm_at(self, end: Position) -> None:
        self._alarm = Alarm(lambda alarm: self._finish(alarm) if self._alarm is alarm else None)
        self._alarm.place_like(end)
        self._rt.schedule(self._alarm, 0)


def _acting(what: str) -> tuple[Runtime, Position]:
    rt = _active.runtime
    if rt is None or rt.ctx is None or get_ident() != rt.thread:
        raise _active.outside(what)
    return rt, rt.ctx


_new = Voice.__new__


def new_voice(rt: Output, number: int, key: int, kind: int, value: float, press: NoteOn | None, delay: int) -> Voice:
    """A note that begins now. Attribute by attribute instead of through a constructor, as in `_incoming.py`."""
    voice = _new(Voice)
    voice.id = number
    voice.key = key
    voice.data = None
    voice._rt = rt
    voice._era = rt.era
    voice._over = False
    voice._kind = kind
    voice._value = value
    voice._press = press
    voice._delay = delay
    voice._ended_at = None
    voice._waiters = None
    voice._alarm = None
    voice._silent = False
    voice._targets = None
    return voice


def play(
    key: int,
    velocity: float = 0.8,
    duration: Time | None = None,
    *,
    until: NoteOn | None = None,
    hold: bool = False,
    channel: int | None = None,
    tuning: float = 0.0,
    preset: Preset | None = None,
    sample_start: int | None = None,
) -> Voice:
    """Plays a note now and returns its voice.

    It ends after `duration`; or when the key press `until` ends; or, with `hold=True`, when you release it. Without
    any of these it ends with the note whose handler called `play`; anywhere else one of them must be given.
    `velocity` is 0..1, `tuning` in semitones. `channel=None` is the channel of the event that is being handled.
    `preset`, by name or as (bank, program), is for this note only; `sample_start` skips so many points of its recording.
    """
    rt = _active.runtime
    if rt is None or rt.ctx is None or get_ident() != rt.thread:
        raise _active.outside("play")
    ctx = rt.ctx
    if type(key) is not int or not 0 <= key <= 127:
        key = index7(rt, key, "key")
    # What nearly every note has is checked here: a call for each would take longer than all of it.
    if type(velocity) is float and 0.0 <= velocity <= 1.0:
        velocity7 = round(velocity * 127) or 1
    else:
        velocity7 = velocity7_of(rt, velocity)
    if channel is None:
        channel0 = ctx.channel
    elif type(channel) is int and 1 <= channel <= 16:
        channel0 = channel - 1
    else:
        channel0 = channel0_of(rt, channel)
    if type(tuning) is not float and not isinstance(tuning, (int, float)):
        raise TypeError(f"tuning is in semitones, a number, not {tuning!r}")
    if preset is not None or sample_start is not None:
        sound = sound_of(rt, preset, sample_start)
        voice = play(key, velocity, duration, until=until, hold=hold, channel=channel0 + 1, tuning=tuning)
        if not voice._over:
            rt.out[-1] += sound
        return voice
    if duration is not None:
        if until is not None or hold:
            raise TypeError("a note has one end: give duration, until or hold, not two of them")
        if type(duration) is not Time:
            check_time(duration, "duration")
        kind, value, mixed = rt.end_after(duration)
        voice = rt.start_voice(ctx, channel0, key, velocity7, tuning, kind, value, None, 0, 0)
        if mixed is not None:
            rt.correct_mixed_end(voice, mixed)
        return voice
    if hold:
        if until is not None:
            raise TypeError("a note has one end: give duration, until or hold, not two of them")
        return rt.start_voice(ctx, channel0, key, velocity7, tuning, HOLD, 0.0, None, 0, 0)
    press = until if until is not None else ctx.press
    if press is None:
        raise TypeError(
            "this note has no end: give duration=, until= or hold=True "
            "(only in the handler of a note does a note end with that note)"
        )
    if not isinstance(press, NoteOn):
        raise TypeError(f"until takes a NoteOn that came in, not {press!r}")
    if press._seq == 0:
        raise ValueError("until takes a NoteOn that came in, not one that the script made")
    if press._up is not None:
        return rt.silent_voice(key)
    return rt.start_voice(ctx, channel0, key, velocity7, tuning, AT_KEY_UP, 0.0, press, 0, 0)


def all_notes_off() -> None:
    """Ends every note that this script has started."""
    rt, _ = _acting("all_notes_off")
    rt.out.append((END_ALL, rt.now))
    rt.end_all_voices()
