"""The factory script passthrough, by its events."""

from __future__ import annotations

from helpers import cc, off, on, short
from outboard import ChannelPressure, PitchBend, PolyPressure, ProgramChange
from outboard.testing import MidiBytes


def test_passthrough_everything_crosses(factory, bench):
    events = [
        on(0, 60, 1),
        on(0, 60, 2),
        PolyPressure(time=1, key=60, value=1.0, channel=16),
        cc(1, 7, 3),
        ProgramChange(time=1, program=9, channel=10),
        ChannelPressure(time=2, value=0.5, channel=2),
        PitchBend(time=3, value=-0.125),
        MidiBytes(time=3, data=b"\xf0\x01\xf7"),
        off(3, 60, 77),
        MidiBytes(time=4, data=b"\x90\x3c\x00"),
        off(5, 61, 5),
    ]
    crossed = factory("passthrough").play(events)
    untouched = bench("").play(events)
    assert short(crossed) == short(untouched)
    assert [e.channel for e in crossed] == [e.channel for e in untouched]
    assert len(crossed) == len(events)
