"""The factory script mpe_in, by its events."""

from __future__ import annotations

from helpers import cc, off, on
from outboard import ChannelPressure, PitchBend
from outboard.testing import NoteChange
from tables import BLOCKS, key, table


def changes(bench, events, **options):
    """(time, key, what, value) of the changes of notes."""
    heard = bench.play(events, blocks=BLOCKS, **options)
    assert bench.errors == []
    return [(e.time, e.key, e.kind, round(e.value, 6)) for e in heard if isinstance(e, NoteChange)]


def test_all_notes_go_to_channel_1(factory):
    events = key(0, 60, 10, channel=2) + key(2, 64, 10, channel=10) + key(3, 67, 10, channel=16) + key(5, 72, 10)
    played = table(factory("mpe_in"), events)
    assert played == [(time, 1, key, 100, 10) for time, key in ((0, 60), (2, 64), (3, 67), (5, 72))]


def test_bend_pressure_and_slide_change_their_note_alone(factory):
    events = [on(0, 60, channel=2), on(0, 64, channel=3), PitchBend(time=5, channel=3, value=0.25)]
    events += [ChannelPressure(time=6, channel=2, value=1.0), cc(7, 74, 127, channel=3)]
    events += [off(20, 60, channel=2), off(20, 64, channel=3)]
    assert changes(factory("mpe_in"), events) == [
        (5, 64, "tuning", 12.0),
        (6, 60, "pressure", 1.0),
        (7, 64, "brightness", 1.0),
    ]


def test_what_was_there_before_the_note_is_how_it_begins(factory):
    events = [PitchBend(time=0, channel=2, value=-0.5), ChannelPressure(time=1, channel=2, value=1.0), cc(2, 74, 0, 2)]
    assert changes(factory("mpe_in"), events + key(10, 60, 20, channel=2), values={"bend_range": 2}) == [
        (10, 60, "tuning", -1.0),
        (10, 60, "pressure", 1.0),
        (10, 60, "brightness", 0.0),
    ]


def test_a_note_that_is_no_longer_down_stays_as_it_is(factory):
    events = key(0, 60, 10, channel=2) + [PitchBend(time=15, channel=2, value=0.5)] + key(20, 62, 10, channel=3)
    assert changes(factory("mpe_in"), events) == []


def test_channel_1_concerns_all_and_passes(factory):
    events = [on(0, 60, channel=2), PitchBend(time=5, value=0.5), cc(6, 74, 3), ChannelPressure(time=7, value=0.0)]
    heard = factory("mpe_in").play([*events, off(20, 60, channel=2)], blocks=BLOCKS)
    assert [(e.time, type(e).__name__, e.channel) for e in heard][1:4] == [
        (5, "PitchBend", 1),
        (6, "ControlChange", 1),
        (7, "ChannelPressure", 1),
    ]
    assert not any(isinstance(e, NoteChange) for e in heard)
