"""Builds the events that come in.

Attribute by attribute instead of through the constructors: half the time, in the one place where every event passes.
"""

# Event attributes are Final, so that a script cannot assign to them; here they get their values.
# mypy: disable-error-code="misc"

from __future__ import annotations

from typing import Any

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
from ._other_events import EXPRESSION_KINDS, NoteChoke, NoteEnd, NoteExpression, Raw, SysEx
from ._rpn import Nrpn, ParameterEvent, Rpn
from ._wire import (
    CHANNEL_PRESSURE,
    CHOKE,
    CONTROL_CHANGE,
    EXPRESSION,
    NOTE_END,
    PITCH_BEND,
    POLY_PRESSURE,
    PROGRAM_CHANGE,
    RPN,
)

UNIT = tuple(i / 127 for i in range(128))

_new_on = NoteOn.__new__
_new_off = NoteOff.__new__
_new_control = ControlChange.__new__
_new_bend = PitchBend.__new__
_new_pressure = ChannelPressure.__new__


def note_on(time: int, seq: int, port: int, channel0: int, key: int, velocity: int) -> NoteOn:
    e = _new_on(NoteOn)
    e.time = time
    e.port = port
    e.channel = channel0 + 1
    e._seq = seq
    e.key = key
    e.velocity = UNIT[velocity]
    e.note_id = seq
    e.tuning = 0.0
    e._up = None
    e._up_velocity = 64
    e._waiters = ()
    e._followers = ()
    return e


def note_off(
    time: int, seq: int, port: int, channel0: int, status: int, key: int, velocity: int, note_id: int
) -> NoteOff:
    e = _new_off(NoteOff)
    e.time = time
    e.port = port
    e.channel = channel0 + 1
    e._seq = seq
    e.key = key
    # A note-on with velocity 0 says nothing about the release: MIDI takes it as 64.
    e.velocity = UNIT[velocity if status < 0x90 else 64]
    e.note_id = note_id
    e._notice = False
    return e


def _stream(kind: int, time: int, seq: int, port: int, channel: int, b1: int, b2: int) -> Event:
    """Of the three that come in streams."""
    e: ControlChange | PitchBend | ChannelPressure
    if kind == CONTROL_CHANGE:
        e = _new_control(ControlChange)
        e.cc = b1
        e.value = UNIT[b2]
    elif kind == PITCH_BEND:
        e = _new_bend(PitchBend)
        e.value = ((b2 << 7 | b1) - 8192) / 8192
    else:
        e = _new_pressure(ChannelPressure)
        e.value = UNIT[b1]
    e.time = time
    e.port = port
    e.channel = channel
    e._seq = seq
    return e


def parameter(
    kind: int, time: int, seq: int, port: int, channel0: int, number: int, value14: int, cc: int, data: int
) -> ParameterEvent:
    """RPN or NRPN, made of the controller that set it."""
    e = (Rpn if kind == RPN else Nrpn)(
        time=time, port=port, channel=channel0 + 1, parameter=number, value=value14 / 16383
    )
    e._seq = seq
    e._cc = cc
    e._data = data
    return e


def other(kind: int, time: int, seq: int, port: int, channel0: int, b0: Any, b1: int, b2: Any) -> Event:
    """An event of any kind but the two of notes. For SYSEX `b0` has the bytes, if they came along; for EXPRESSION it is
    what moves, and `b2` the value."""
    channel = channel0 + 1
    e: Event
    if kind == CONTROL_CHANGE or kind == PITCH_BEND or kind == CHANNEL_PRESSURE:
        return _stream(kind, time, seq, port, channel, b1, b2)
    if kind == PROGRAM_CHANGE:
        e = ProgramChange(time=time, port=port, channel=channel, program=b1)
    elif kind == POLY_PRESSURE:
        e = PolyPressure(time=time, port=port, channel=channel, key=b1, value=UNIT[b2])
    elif kind == EXPRESSION:
        what = EXPRESSION_KINDS[min(b0, len(EXPRESSION_KINDS) - 1)]
        e = NoteExpression(time=time, port=port, channel=channel, key=b1, kind=what, value=b2)
    elif kind == CHOKE:
        e = NoteChoke(time=time, port=port, channel=channel, key=b1)
    elif kind == NOTE_END:
        e = NoteEnd(time=time, port=port, channel=channel, key=b1)
    elif b0:
        e = SysEx(time=time, port=port, data=b0)
    else:
        e = Raw(time=time, port=port, channel=channel)
    e._seq = seq
    return e
