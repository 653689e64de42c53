"""`send`: events of the script's own, beside the notes that `play` starts."""

from __future__ import annotations

from _thread import get_ident
from typing import TYPE_CHECKING, Callable

from . import _active
from ._events import (
    ChannelPressure,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    PitchBend,
    PolyPressure,
    ProgramChange,
)
from ._other_events import NoteChoke, NoteExpression, SysEx, expression_number, sysex_bytes
from ._position import Alarm
from ._rpn import ParameterEvent, Rpn, parameter_number, send_parameter
from ._time import Time, check_time
from ._values import bend14, channel0_of, expression_of, index7, value7_of, value14_of, velocity7_of
from ._wire import CHANNEL_PRESSURE, CONTROL_CHANGE, PITCH_BEND, POLY_PRESSURE, PROGRAM_CHANGE

if TYPE_CHECKING:
    from ._runtime import Runtime


def send(event: Event, after: Time | None = None) -> None:
    """Sends an event of your own, now or `after` a time.

    A NoteOn sounds until a NoteOff of the same channel and key is sent: prefer `play`, which knows its end.
    """
    rt = _active.runtime
    if rt is None or rt.ctx is None or get_ident() != rt.thread:
        raise _active.outside("send")
    ctx = rt.ctx
    emit = _sender(rt, event)
    ctx.acted = True
    if after is None:
        emit()
        return
    check_time(after, "send(after=...)")
    alarm = Alarm(lambda _: emit())
    alarm.place_like(ctx)
    rt.aim(alarm, after)
    rt.schedule(alarm, 0)


def _sender(rt: Runtime, event: Event) -> Callable[[], None]:
    """What sends the event: checked now, where the script can see the error."""
    ctx = rt.acting()
    port = event.port if isinstance(event, Event) and event.channel else ctx.port
    if isinstance(event, Event):
        channel0 = channel0_of(rt, event.channel) if event.channel else ctx.channel
    if isinstance(event, NoteOn):
        key, velocity7, tuning = index7(rt, event.key, "key"), velocity7_of(rt, event.velocity), event.tuning
        return lambda: rt.send_note_on(port, channel0, key, velocity7, tuning)
    if isinstance(event, NoteOff):
        key, velocity7 = index7(rt, event.key, "key"), value7_of(rt, event.velocity, "release velocity")
        return lambda: rt.send_note_off(port, channel0, key, velocity7)
    if isinstance(event, ControlChange):
        number, value = index7(rt, event.cc, "controller number"), value7_of(rt, event.value, "value")
        return lambda: rt.send_midi(CONTROL_CHANGE, port, channel0, 0xB0, number, value, 0)
    if isinstance(event, PolyPressure):
        key, value = index7(rt, event.key, "key"), value7_of(rt, event.value, "value")
        return lambda: rt.send_midi(POLY_PRESSURE, port, channel0, 0xA0, key, value, 0)
    if isinstance(event, ChannelPressure):
        value = value7_of(rt, event.value, "value")
        return lambda: rt.send_midi(CHANNEL_PRESSURE, port, channel0, 0xD0, value, 0, 0)
    if isinstance(event, PitchBend):
        bend = bend14(rt, event.value)
        return lambda: rt.send_midi(PITCH_BEND, port, channel0, 0xE0, bend & 127, bend >> 7, 0)
    if isinstance(event, ProgramChange):
        program = index7(rt, event.program, "program")
        return lambda: rt.send_midi(PROGRAM_CHANGE, port, channel0, 0xC0, program, 0, 0)
    if isinstance(event, SysEx):
        data = sysex_bytes(event.data)
        return lambda: rt.send_sysex(port, 0, data)
    if isinstance(event, ParameterEvent):
        registered, parameter = type(event) is Rpn, parameter_number(event.parameter)
        value14 = value14_of(rt, event.value, "value")
        return lambda: send_parameter(rt, port, channel0, registered, parameter, value14)
    if isinstance(event, NoteExpression):
        kind, key = expression_number(event.kind), index7(rt, event.key, "key")
        amount = expression_of(rt, event.kind, event.value)
        return lambda: rt.send_expression(port, channel0, kind, key, amount, 0)
    if isinstance(event, NoteChoke):
        key = index7(rt, event.key, "key")
        return lambda: rt.send_choke(port, channel0, key)
    raise TypeError(f"send takes an event such as ControlChange(cc=1, value=0.5), not {event!r}")
