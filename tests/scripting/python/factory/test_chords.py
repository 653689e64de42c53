"""The factory script chords, by its events."""

from __future__ import annotations

from helpers import off, on, short
from outboard.testing import ParameterChange
from tables import chord, table


def test_chords_all_tones_at_the_events_own_sample(factory):
    assert table(factory("chords"), [on(77, 60, 99), off(500, 60)]) == [
        (77, 1, 60, 99, 423),
        (77, 1, 64, 99, 423),
        (77, 1, 67, 99, 423),
    ]


def test_chords_above_127_left_out(factory):
    events = [on(0, 122), off(9, 122), on(20, 127), off(29, 127)]
    assert [note[2] for note in table(factory("chords"), events)] == [122, 126, 127]


def test_chords_a_change_while_keys_are_held_ends_what_sounds(factory):
    change = ParameterChange(time=50, id="chord", value=10)  # a fifth
    events = [on(0, 60), change, on(60, 62), off(100, 60), off(110, 62)]
    assert table(factory("chords"), events) == [
        (0, 1, 60, 100, 100),
        (0, 1, 64, 100, 100),
        (0, 1, 67, 100, 100),
        (60, 1, 62, 100, 50),
        (60, 1, 69, 100, 50),
    ]


def test_chords_release_velocity_is_kept_and_drums_pass(factory):
    heard = factory("chords").play([on(0, 36, channel=10), on(1, 60), off(9, 60, 33), off(10, 36, 3, channel=10)])
    assert short(heard)[4:] == [(9, "off", 60, 33), (9, "off", 64, 33), (9, "off", 67, 33), (10, "off", 36, 3)]
