"""The factory script mpe_out, by its events."""

from __future__ import annotations

from helpers import cc, off, on
from outboard import ChannelPressure, ControlChange, PitchBend, PolyPressure, ProgramChange
from tables import BLOCKS, key, table


def after_start(heard):
    """Without what is announced at the start."""
    return [e for e in heard if not (isinstance(e, ControlChange) and e.cc in (6, 100, 101))]


def test_every_note_has_a_channel_of_its_own_2_to_16(factory):
    events = [on(i * 10, 40 + i) for i in range(15)] + [off(500 + i, 40 + i) for i in range(15)]
    assert table(factory("mpe_out"), events) == [(i * 10, 2 + i, 40 + i, 100, 500 - 9 * i) for i in range(15)]


def test_the_16th_note_takes_the_channel_of_the_one_that_sounds_longest_which_ends(factory):
    events = [on(i * 10, 40 + i) for i in range(17)] + [off(500 + i, 40 + i) for i in range(17)]
    played = table(factory("mpe_out"), events)
    assert [note[1] for note in played] == [*range(2, 17), 2, 3]
    assert [note[4] for note in played[:3]] == [150, 150, 500 + 2 - 20]
    assert played[15] == (150, 2, 55, 100, 365) and played[16] == (160, 3, 56, 100, 356)


def test_the_channel_that_has_been_free_the_longest_comes_first(factory):
    # Two notes end, the later one first; all other channels come before theirs, theirs in the order of their ends.
    events = [on(0, 60), on(0, 61), off(10, 61), off(20, 60)]
    events += [event for i in range(15) for event in key(100 + i, 70, 1)]
    assert [note[1] for note in table(factory("mpe_out"), events)][2:] == [*range(4, 17), 3, 2]


def test_before_the_note_its_channel_stands_in_the_middle(factory):
    heard = after_start(factory("mpe_out").play(key(50, 60, 10), blocks=BLOCKS))
    assert [(e.time, type(e).__name__, e.channel) for e in heard] == [
        (50, "PitchBend", 2),
        (50, "NoteOn", 2),
        (60, "NoteOff", 2),
    ]
    assert heard[0].value == 0.0


def test_a_key_has_its_pressure_and_the_rest_goes_to_channel_1(factory):
    events = [on(0, 60), on(1, 64), PolyPressure(time=5, key=64, value=1.0), PolyPressure(time=6, key=65, value=1.0)]
    events += [PitchBend(time=7, value=0.5), cc(8, 74, 3), ChannelPressure(time=9, value=0.0, channel=4)]
    events += [ProgramChange(time=10, program=7), off(20, 60), off(21, 64)]
    heard = after_start(factory("mpe_out").play(events, blocks=BLOCKS))
    others = [(e.time, type(e).__name__, e.channel) for e in heard if e.time in range(2, 20)]
    assert others == [
        (5, "ChannelPressure", 3),
        (7, "PitchBend", 1),
        (8, "ControlChange", 1),
        (9, "ChannelPressure", 1),
        (10, "ProgramChange", 1),
    ]


def test_the_zone_is_announced(factory):
    heard = [e for e in factory("mpe_out").play([], blocks=BLOCKS) if isinstance(e, ControlChange)]
    assert [(e.channel, e.cc, e.value7) for e in heard] == [(1, 101, 0), (1, 100, 6), (1, 6, 15)] + [
        row for channel in range(2, 17) for row in ((channel, 101, 0), (channel, 100, 0), (channel, 6, 48))
    ]
