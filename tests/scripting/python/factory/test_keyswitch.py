"""The factory script keyswitch, by its events."""

from __future__ import annotations

from helpers import off, on
from outboard import NoteOn, ProgramChange
from tables import BLOCKS, key, table


def story(bench, events, **options):
    """Notes and programs in their order: ("note" or "program", channel, number)."""
    heard = bench.play(events, blocks=BLOCKS, **options)
    assert bench.errors == []
    return [
        ("program", e.channel, e.program) if isinstance(e, ProgramChange) else ("note", e.channel, e.key)
        for e in heard
        if isinstance(e, (NoteOn, ProgramChange))
    ]


def test_a_switch_key_changes_the_program_and_never_sounds(factory):
    events = key(0, 60, 10) + key(20, 26, 10) + key(40, 60, 10) + key(60, 24, 10) + key(80, 60, 10)
    assert story(factory("keyswitch"), events) == [
        ("note", 1, 60),
        ("program", 1, 45),
        ("note", 1, 60),
        ("program", 1, 48),
        ("note", 1, 60),
    ]


def test_switch_and_note_at_one_sample_in_their_order(factory):
    events = [on(5, 60), on(5, 25), on(5, 62), off(9, 60), off(9, 25), off(9, 62)]
    assert story(factory("keyswitch"), events) == [("note", 1, 60), ("program", 1, 44), ("note", 1, 62)]


def test_only_while_held_goes_back_to_the_first(factory):
    events = [on(0, 25), on(10, 60), off(20, 25), off(25, 60)]
    values = {"only_while_held": 1}
    assert [row[2] for row in story(factory("keyswitch"), events, values=values)] == [44, 60, 48]
    # The key of a switch that has been left meanwhile changes nothing.
    events = [on(0, 25), on(10, 26), off(20, 25), off(30, 26)]
    assert [row[2] for row in story(factory("keyswitch"), events, values=values)] == [44, 45, 48]


def test_a_switch_chooses_a_channel_and_notes_end_where_they_began(factory):
    events = [on(0, 60, channel=2), on(10, 26, channel=2), off(15, 26, channel=2), off(20, 60, channel=2)]
    events += key(30, 64, 10, channel=2) + key(50, 60, 10, channel=3)
    values = {"a_switch_chooses_a": 1}
    played = table(factory("keyswitch"), events, values=values)
    assert played == [(0, 2, 60, 100, 20), (30, 4, 64, 100, 10), (50, 3, 60, 100, 10)]


def test_the_switch_keys_can_lie_elsewhere(factory):
    events = key(0, 24, 5) + key(10, 100, 5) + key(20, 103, 5) + key(30, 104, 5)
    assert story(factory("keyswitch"), events, values={"lowest_switch_key": 100}) == [
        ("note", 1, 24),
        ("program", 1, 48),
        ("program", 1, 49),
        ("note", 1, 104),
    ]


def test_every_channel_has_its_switch(factory):
    events = key(0, 25, 5, channel=1) + key(10, 60, 5, channel=2) + key(20, 60, 5, channel=1)
    played = table(factory("keyswitch"), events, values={"a_switch_chooses_a": 1})
    assert [note[1] for note in played] == [2, 2]
