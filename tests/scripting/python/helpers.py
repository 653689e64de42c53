"""Short words for the tables in the tests."""

from __future__ import annotations

from typing import Iterable

from outboard import ControlChange, Event, NoteOff, NoteOn

BEAT = 24000  # samples of a beat at 120 and 48 kHz


def on(time: int, key: int, velocity7: int = 100, channel: int = 1, port: int = 0) -> NoteOn:
    return NoteOn(time=time, key=key, velocity=velocity7 / 127, channel=channel, port=port)


def off(time: int, key: int, velocity7: int = 64, channel: int = 1, port: int = 0) -> NoteOff:
    return NoteOff(time=time, key=key, velocity=velocity7 / 127, channel=channel, port=port)


def cc(time: int, number: int, value7: int, channel: int = 1) -> ControlChange:
    return ControlChange(time=time, cc=number, value=value7 / 127, channel=channel)


def short(events: Iterable[Event]) -> list[tuple[object, ...]]:
    """Events as (time, what, ...), readable in an assertion."""
    rows: list[tuple[object, ...]] = []
    for e in events:
        if isinstance(e, NoteOn):
            rows.append((e.time, "on", e.key, e.velocity7))
        elif isinstance(e, NoteOff):
            rows.append((e.time, "off", e.key, e.velocity7))
        elif isinstance(e, ControlChange):
            rows.append((e.time, "cc", e.cc, e.value7))
        else:
            rows.append((e.time, type(e).__name__))
    return rows
