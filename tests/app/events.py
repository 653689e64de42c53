"""Events of the package `outboard` as the bytes of a MIDI file, and back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from midi import CC, OFF, ON, PROGRAM

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripting" / "python"))

from outboard import (  # noqa: E402
    ChannelPressure, ControlChange, Event, NoteOff, NoteOn, PitchBend, PolyPressure, ProgramChange)


def as_input(tick: int, data: bytes) -> Event:
    where: dict[str, Any] = {"time": tick, "channel": (data[0] & 15) + 1}
    kind = data[0] & 0xF0
    if kind == ON:
        return NoteOn(key=data[1], velocity=data[2] / 127, **where)
    if kind == OFF:
        return NoteOff(key=data[1], velocity=data[2] / 127, **where)
    if kind == CC:
        return ControlChange(cc=data[1], value=data[2] / 127, **where)
    if kind == PROGRAM:
        return ProgramChange(program=data[1], **where)
    if kind == 0xA0:
        return PolyPressure(key=data[1], value=data[2] / 127, **where)
    if kind == 0xD0:
        return ChannelPressure(value=data[1] / 127, **where)
    return PitchBend(value=((data[2] << 7 | data[1]) - 8192) / 8192, **where)


def as_bytes(event: Event) -> bytes | None:
    """None for what changes a note while it sounds: a MIDI file has no such thing."""
    channel = event.channel - 1
    if isinstance(event, NoteOn):
        return bytes([ON | channel, event.key, event.velocity7])
    if isinstance(event, NoteOff):
        return bytes([OFF | channel, event.key, event.velocity7])
    if isinstance(event, ControlChange):
        return bytes([CC | channel, event.cc, event.value7])
    if isinstance(event, ProgramChange):
        return bytes([PROGRAM | channel, event.program])
    if isinstance(event, PolyPressure):
        return bytes([0xA0 | channel, event.key, event.value7])
    if isinstance(event, ChannelPressure):
        return bytes([0xD0 | channel, event.value7])
    if isinstance(event, PitchBend):
        return bytes([0xE0 | channel, event.value14 & 127, event.value14 >> 7])
    return None
