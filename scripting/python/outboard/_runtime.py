"""The runtime of one script: records in, records out, on virtual sample time.

At one sample: first the events in the order they came, each handler running at once to its end or first await; then
the tasks that are due, in the order they were scheduled; until nothing is due.
"""

from __future__ import annotations

import math
from typing import Any, Callable, Coroutine

from . import _foreign
from ._clock import Clock
from ._console import Write
from ._events import Event, NoteOn
from ._handlers import ANY, START, Handler
from ._incoming import note_off, note_on, other
from ._output import Output
from ._moves import Panel, move
from ._parameter import Parameter
from ._loops import Loop
from ._position import Context, Position
from ._random import rng
from ._runner import RAISED
from ._saved import Kept
from ._state import ANY_CHANNEL, ChannelState
from ._tasks import Task
from ._wire import (
    BYPASSED,
    CHANNEL_PRESSURE,
    CONTROL_CHANGE,
    KINDS,
    NEVER,
    NOTE_OFF,
    NOTE_ON,
    PANIC,
    PARAMETER,
    PASS,
    PITCH_BEND,
    PROGRAM_CHANGE,
    SAVE,
    SHOW,
    START as START_RECORD,
    SYSEX,
    TEXT,
    TRANSPORT,
)

Record = tuple[Any, ...]
Answer = tuple[list[Record], int, float, int]


def set_point(clock: Clock, record: Record) -> bool:
    """Puts a transport record into a clock. Returns whether the song beat jumped, started or stopped there."""
    _, _, sample, clock_beat, song_beat, tempo, playing, numerator, denominator, bar_beat, bar = record
    return clock.set_point(
        sample, clock_beat, song_beat, tempo, bool(playing), numerator, denominator, bar_beat, bar
    )


class Runtime(Output):
    """One script: its handlers, its tasks, and what it knows of the track."""

    def __init__(
        self,
        script: str,
        write: Write,
        *,
        sample_rate: float = 48000.0,
        seed: int = 0,
        slot: int = 0,
        channel: int = 1,
        values: dict[str, float | str] | None = None,
        saved: str = "",
        restored: bool = False,
    ) -> None:
        super().__init__(sample_rate, script, write)
        self.loading = True
        self.first_channel = channel - 1
        self.saved_values = dict(values or {})
        self.parameters: list[Parameter[Any]] = []
        self.panel = Panel()
        #: The saved values are those of a session that was opened: `changed` runs for them.
        self._restored = restored
        #: `state`, and what `@on.save` gives.
        self.kept = Kept(saved)
        #: Handlers by kind, ANY or START, in file order.
        self.declared: dict[int, list[Handler]] = {}
        #: Who may take an event, by kind.
        self._takers: list[tuple[Handler, ...]] = [()] * 9
        #: Key presses that are down, oldest first, by their event's number; and by port, channel and key.
        self.presses: dict[int, NoteOn] = {}
        self._by_key: dict[int, list[NoteOn]] = {}
        self.channels = [ChannelState() for _ in range(ANY_CHANNEL + 1)]
        #: What begins when the script becomes live; after a panic it waits for the next note or play.
        self.loops: list[Loop] = []
        self.live_loops: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {}
        self._loops_wait = False
        self._live = False
        self._follows_transport = False
        self._handler_context = Context()
        self._rng_seed = f"{seed}:{slot}"
        rng.seed(self._rng_seed)

    # ---- loading ------------------------------------------------------------------------------------------------

    def loaded(self, version: object = None) -> None:
        """The script was read: what it declared is fixed. `version`: its own `__version__`."""
        self.loading = False
        self._follows_transport = any(loop.transport for loop in self.loops)
        anything = self.declared.get(ANY, [])
        for kind in KINDS:
            self._takers[kind] = (*self.declared.get(kind, ()), *anything)
        self.kept.script_was_read(version)

    def saved(self) -> str:
        """`state` and what `@on.save` gives, as JSON: load the script with it to go on from there. If it
        fails, that is reported, and the last text is given."""
        try:
            return self.kept.text()
        except RAISED as error:
            self.fail(error)
            return self.kept.last

    def take_values(self, values: dict[str, float | str]) -> None:
        """Parameters as they stood when the script before this one went. No handler runs."""
        for parameter in self.parameters:
            parameter._restore(values)

    @property
    def handles(self) -> int:
        """The kinds that have a handler, as bits; and whether a parameter has one."""
        mask = sum(1 << kind for kind in KINDS if self._takers[kind])
        if any(parameter._handler is not None for parameter in self.parameters):
            mask |= 1 << PARAMETER | 1 << TEXT
        return mask

    # ---- a block ------------------------------------------------------------------------------------------------

    def run_block(self, start: int, frames: int, records: list[Record]) -> Answer:
        """Processes everything before the sample start + frames."""
        if _foreign.in_use():
            with _foreign.refused():
                return self._run_block(start + frames, records)
        return self._run_block(start + frames, records)

    def _run_block(self, end: int, records: list[Record]) -> Answer:
        self.out = []
        for at, record in enumerate(records):
            time = record[1]
            if time > self.now:
                self.run_until(time)
                self.now = time
            kind = record[0]
            if kind <= SYSEX:
                self._event(record)
            elif kind == TRANSPORT:
                self._transport(record)
            elif kind == PARAMETER or kind == TEXT:
                moved = move(self, records, at)
                if moved is not None:
                    self._changed(moved)
            elif kind == START_RECORD:
                self._start()
            elif kind == PANIC:
                self._panic()
        self.run_until(end)
        self.drop_stale()
        mask = BYPASSED if self.bypassed else 0
        if self.kept.wanted:
            mask |= SAVE
        if self.panel.wanted:
            mask |= SHOW
        if self.awaited_presses:
            mask |= 1 << NOTE_OFF
        wake_sample, wake_beat = NEVER, math.inf
        if self.by_sample:
            wake_sample = self.by_sample[0][0]
        if self.by_beat:
            p = self.by_beat[0][2]
            wake_beat = p.hi + p.lo
            mask |= 1 << TRANSPORT
        if self._loops_wait:
            mask |= 1 << NOTE_ON | 1 << TRANSPORT
        elif self._follows_transport:
            mask |= 1 << TRANSPORT
        return self.out, wake_sample, wake_beat, mask

    def _event(self, record: Record) -> None:
        kind, _, seq, port, channel, b0, b1, b2, flags = record
        event: Event | None = None
        press: NoteOn | None = None
        if kind == NOTE_ON:
            event = press = note_on(self.now, seq, port, channel, b1, b2)
            self.presses[seq] = press
            self._by_key.setdefault(port << 11 | channel << 7 | b1, []).append(press)
        elif kind == NOTE_OFF:
            self._note_off(seq, port, channel, b0, b1, b2, flags)
            return
        else:
            self._remember(kind, channel, b1, b2)
        if flags:
            return
        if self._loops_wait and kind == NOTE_ON:
            self._begin_loops()
        if not self.bypassed:
            for handler in self._takers[kind]:
                if (handler.channel is None or handler.channel == channel) and (
                    handler.numbers is None or b1 in handler.numbers
                ):
                    if event is None:
                        event = other(kind, self.now, seq, port, channel, b1, b2)
                    if not self._run(handler, (event,), port, channel, press):
                        self.out.append((PASS, self.now, seq))
                    return
        self.out.append((PASS, self.now, seq))

    def _note_off(self, seq: int, port: int, channel: int, status: int, key: int, velocity: int, flags: int) -> None:
        place = port << 11 | channel << 7 | key
        stack = self._by_key.get(place)
        press: NoteOn | None = None
        if stack:
            press = stack.pop(0)
            if not stack:
                del self._by_key[place]
            del self.presses[press._seq]
        if not flags:
            self.out.append((PASS, self.now, seq))
        if press is not None:
            self._key_up(press, velocity if status < 0x90 else 64)
        if flags or self.bypassed:
            return
        for handler in self._takers[NOTE_OFF]:
            if (handler.channel is None or handler.channel == channel) and (
                handler.numbers is None or key in handler.numbers
            ):
                note_id = press._seq if press is not None else -1
                event = note_off(self.now, seq, port, channel, status, key, velocity, note_id)
                event._notice = handler.only_told
                self._run(handler, (event,), port, channel, None)
                return

    def _key_up(self, press: NoteOn, velocity: int) -> None:
        press._up = self.now
        press._up_velocity = velocity
        if press._waiters or press._followers:
            self.awaited_presses.pop(press._seq, None)
            waiters, press._waiters = press._waiters, []
            followers, press._followers = press._followers, []
            for task, token in waiters:
                self.wake(task, token)
            for voice in followers:
                voice._press_ended(self.now)

    def _remember(self, kind: int, channel: int, b1: int, b2: int) -> None:
        for state in (self.channels[channel], self.channels[ANY_CHANNEL]):
            if kind == CONTROL_CHANGE:
                state.cc_values[b1] = b2
            elif kind == PITCH_BEND:
                state.bend_value = ((b2 << 7 | b1) - 8192) / 8192
            elif kind == CHANNEL_PRESSURE:
                state.pressure_value = b1
            elif kind == PROGRAM_CHANGE:
                state.program_value = b1

    def run_at(self, handler: Handler, at: Position) -> Task | None:
        """Runs a function that takes nothing at an exact position. Gives its task if it is one."""
        if handler.is_async:
            task = Task(handler.name, handler.fn())
            task.place_like(at)
            task.channel = self.first_channel
            self.tasks[task] = None
            self.step(task)
            return task
        self._run(handler, (), 0, self.first_channel, None, at)
        return None

    def _run(
        self,
        handler: Handler,
        args: tuple[object, ...],
        port: int,
        channel: int,
        press: NoteOn | None,
        at: Position | None = None,
    ) -> bool:
        """Runs a handler at once, to its end or first await. False if it raised before it had done anything."""
        if handler.is_async:
            task = Task(handler.name, handler.fn(*args))
            task.hi = self.now
            task.port = port
            task.channel = channel
            task.press = press
            self.tasks[task] = None
            return self.step(task) or task.acted
        context = self._handler_context
        if at is None:
            context.hi = self.now
            context.lo = 0.0
            context.in_beats = False
        else:
            context.place_like(at)
        context.port = port
        context.channel = channel
        context.press = press
        context.acted = False
        self.ctx = context
        try:
            handler.fn(*args)
        except RAISED as error:
            self.ctx = None
            self.fail(error)
            return context.acted
        finally:
            self.ctx = None
        return True

    # ---- what is no event ---------------------------------------------------------------------------------------

    def _transport(self, record: Record) -> None:
        was_playing = self.clock.playing
        started = self.clock.known and record[6] and not was_playing
        jumped = set_point(self.clock, record)
        stopped = was_playing and not self.clock.playing
        if started:
            rng.seed(self._rng_seed)
        self.requeue_beats(jumped)
        if self.loops and self._live and not self.bypassed:
            for loop in self.loops:
                if stopped and loop.transport:
                    loop.end(self)
                elif started and (loop.transport or self._loops_wait):
                    loop.begin(self)
            if started:
                self._loops_wait = False

    def _changed(self, parameter: Parameter[Any]) -> None:
        handler = parameter._handler
        if handler is not None and not self.bypassed and not parameter._is_let_go():
            args = (parameter._value,) if parameter._takes_value else ()
            self._run(handler, args, 0, self.first_channel, None)

    def _start(self) -> None:
        self.live_beat = self.clock.beat_of(self.now)
        if self._restored:
            self._restored = False
            for parameter in self.panel.restored:
                self._changed(parameter)
        if not self.bypassed:
            for handler in self.declared.get(START, ()):
                self._run(handler, (), 0, self.first_channel, None)
            self._live = True
            self._begin_loops()

    def _begin_loops(self) -> None:
        self._loops_wait = False
        for loop in self.loops:
            if self.clock.playing or not loop.transport:
                loop.begin(self)

    def _panic(self) -> None:
        self.cancel_all()
        for press in self.presses.values():
            press._up = self.now
        self.presses.clear()
        self._by_key.clear()
        self.sent.clear()
        self._loops_wait = self._live and bool(self.loops)
