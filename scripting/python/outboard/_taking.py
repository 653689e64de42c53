"""What comes in finds the handler that takes it: key presses, controllers, and everything beside them."""

from __future__ import annotations

from typing import Any, Callable, Final

from ._console import Write
from ._events import Event, NoteOff, NoteOn
from ._handler import Handler
from ._incoming import note_off, note_on, other, parameter
from ._output import Output
from ._position import Context, Position
from ._rpn import CONTROLLERS, Entry
from ._runner import RAISED
from ._state import ANY_CHANNEL, ChannelState
from ._tasks import Task
from ._wire import (
    CHANNEL_PRESSURE,
    CHOKE,
    CONTROL_CHANGE,
    NOTE_OFF,
    NOTE_ON,
    PASS,
    PITCH_BEND,
    PROGRAM_CHANGE,
    RAW,
    SYSEX,
    TRANSPORT,
)

Record = tuple[Any, ...]

#: What a handler is given that takes no argument.
NOTHING: Final = object()


class Taking(Output):
    """Runs handlers for events, in the order in which the events came."""

    __slots__ = (
        "first_channel", "declared", "_takers", "presses", "held_lists", "_by_key", "channels", "_handler_context",
        "_loops_wait",
    )  # fmt: skip

    def __init__(self, sample_rate: float, script: str, write: Write, first_channel: int) -> None:
        super().__init__(sample_rate, script, write)
        self.first_channel = first_channel
        #: Handlers by kind, ANY or START, in file order.
        self.declared: dict[int, list[Handler]] = {}
        #: Who may take an event, by kind.
        self._takers: list[tuple[Handler, ...]] = [()] * (TRANSPORT + 1)
        #: Key presses that are down, oldest first, by their event's number; and by port, channel and key, where the list
        #: of a key stays when it is empty.
        self.presses: dict[int, NoteOn] = {}
        #: What `held` was asked for since a key last went down or up; see `Held`.
        self.held_lists: dict[int, list[NoteOn]] = {}
        self._by_key: dict[int, list[NoteOn]] = {}
        self.channels = [ChannelState() for _ in range(ANY_CHANNEL + 1)]
        #: Of handlers that are no tasks: they run at a sample, one at a time.
        self._handler_context = Context()
        #: After a panic, loops wait for the next note or play.
        self._loops_wait = False

    def _begin_loops(self) -> None:
        raise NotImplementedError

    def _event(self, record: Record) -> None:
        """Any event but a note-off."""
        kind, _, seq, port, channel, b0, b1, b2, flags = record
        event: Event | None = None
        press: NoteOn | None = None
        if kind == NOTE_ON:
            event = press = note_on(self.now, seq, port, channel, b1, b2)
            self.presses[seq] = press
            if self.held_lists:
                self.held_lists.clear()
            stack = self._by_key.get(port << 11 | channel << 7 | b1)
            if stack is None:
                stack = self._by_key[port << 11 | channel << 7 | b1] = []
            stack.append(press)
        elif kind == CHOKE:
            self._choke(record)
            return
        else:
            self._remember(kind, channel, b1, b2)
            if kind == CONTROL_CHANGE and b1 in CONTROLLERS and self._data_entry(seq, port, channel, b1, b2, flags):
                return
        if flags:
            return
        if self._loops_wait and kind == NOTE_ON:
            self._begin_loops()
        if not self.bypassed:
            for handler in self._takers[kind if kind != SYSEX or b0 else RAW]:
                if (handler.channel is None or handler.channel == channel) and (
                    handler.numbers is None or b1 in handler.numbers
                ):
                    if event is None:
                        event = other(kind, self.now, seq, port, channel, b0, b1, b2)
                    if not self._run(handler, event, port, channel, press):
                        self.out.append((PASS, self.now, seq))
                    return
        self.out.append((PASS, self.now, seq))

    def _note_off(self, record: Record) -> None:
        _, _, seq, port, channel, status, key, velocity, flags = record
        place = port << 11 | channel << 7 | key
        stack = self._by_key.get(place)
        press: NoteOn | None = None
        if stack:
            press = stack.pop(0)
            del self.presses[press._seq]
            if self.held_lists:
                self.held_lists.clear()
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
                self._run(handler, event, port, channel, None)
                return

    def _data_entry(self, seq: int, port: int, channel: int, cc: int, data: int, flags: int) -> bool:
        """One of the controllers of RPN and NRPN. Whether a handler took what it set."""
        entry = self.entries.get(port << 4 | channel)
        if entry is None:
            entry = self.entries[port << 4 | channel] = Entry()
        heard = entry.hear(cc, data)
        if heard is None or flags or self.bypassed:
            return False
        kind, number, value14 = heard
        for handler in self._takers[kind]:
            if (handler.channel is None or handler.channel == channel) and (
                handler.numbers is None or number in handler.numbers
            ):
                event = parameter(kind, self.now, seq, port, channel, number, value14, cc, data)
                if not self._run(handler, event, port, channel, None):
                    self.out.append((PASS, self.now, seq))
                return True
        return False

    def _choke(self, record: Record) -> None:
        """The key's presses are over, as with a note-off each; handlers are only told."""
        _, _, seq, port, channel, _, key, _, flags = record
        if not flags:
            self.out.append((PASS, self.now, seq))
        self.held_lists.clear()
        for press in self._by_key.pop(port << 11 | channel << 7 | key, ()):
            del self.presses[press._seq]
            self._key_up(press, 64)
        if not flags and not self.bypassed:
            for handler in self._takers[CHOKE]:
                if handler.channel is None or handler.channel == channel:
                    self._run(handler, other(CHOKE, self.now, seq, port, channel, 0, key, 0), port, channel, None)
                    return

    def _key_up(self, press: NoteOn, velocity: int) -> None:
        press._up = self.now
        press._up_velocity = velocity
        if press._waiters or press._followers:
            self.awaited_presses.pop(press._seq, None)
            waiters, press._waiters = press._waiters, ()
            followers, press._followers = press._followers, ()
            for task, token in waiters:
                self.wake(task, token)
            for voice in followers:
                voice._press_ended(self.now)

    def _remember(self, kind: int, channel: int, b1: int, b2: int) -> None:
        state, latest = self.channels[channel], self.channels[ANY_CHANNEL]
        if kind == CONTROL_CHANGE:
            state.cc_values[b1] = latest.cc_values[b1] = b2
        elif kind == PITCH_BEND:
            state.bend_value = latest.bend_value = ((b2 << 7 | b1) - 8192) / 8192
        elif kind == CHANNEL_PRESSURE:
            state.pressure_value = latest.pressure_value = b1
        elif kind == PROGRAM_CHANGE:
            state.program_value = latest.program_value = b1

    def call(self, fn: Callable[[], object], at: Position | None = None) -> None:
        """Calls what `call_soon` was given."""
        if not self.bypassed:
            self.run_at(Handler(fn, None, None), at or Position.at(self.now))

    def run_at(self, handler: Handler, at: Position) -> Task | None:
        """Runs a function that takes nothing at an exact position. Gives its task if it is one."""
        if handler.is_async:
            task = Task(handler.name, handler.fn())
            task.place_like(at)
            task.channel = self.first_channel
            self.tasks[task] = None
            self.step(task)
            return task
        self._run(handler, NOTHING, 0, self.first_channel, None, at)
        return None

    def _run(
        self,
        handler: Handler,
        given: object,
        port: int,
        channel: int,
        press: NoteOn | None,
        at: Position | None = None,
    ) -> bool:
        """Runs a handler at once, to its end or first await; `given` is what it takes, or NOTHING. False if it raised
        before it had done anything."""
        if handler.is_async:
            task = Task(handler.name, handler.fn() if given is NOTHING else handler.fn(given))
            task.hi = self.now
            task.port = port
            task.channel = channel
            task.press = press
            task.owes = isinstance(given, Event) and not isinstance(given, NoteOff)
            self.tasks[task] = None
            return self.step(task) or task.acted
        if at is None:
            context = self._handler_context
            context.hi = self.now
        else:
            context = Context()
            context.place_like(at)
        context.port = port
        context.channel = channel
        context.press = press
        context.acted = False
        self.ctx = context
        try:
            if given is NOTHING:
                handler.fn()
            else:
                handler.fn(given)
        except RAISED as error:
            self.ctx = None
            self.fail(error)
            return context.acted
        finally:
            self.ctx = None
        return True
