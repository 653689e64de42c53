"""The factory script strummer, by its events."""

from __future__ import annotations

from helpers import off, on
from tables import chord, key, table, up

MS = 48
STRINGS = [60, 64, 67]


def test_strummer_down_and_up(factory):
    events = chord(0, STRINGS) + key(1000, 36, 5000) + key(8000, 38, 5000) + up(20000, STRINGS)
    played = table(factory("strummer"), events, values={"accent": 0})
    assert [(note[0], note[2], note[4]) for note in played] == [
        (1000, 60, 5000),
        (1000 + 15 * MS, 64, 5000 - 15 * MS),
        (1000 + 30 * MS, 67, 5000 - 30 * MS),
        (8000, 67, 5000),
        (8000 + 15 * MS, 64, 5000 - 15 * MS),
        (8000 + 30 * MS, 60, 5000 - 30 * MS),
    ]


def test_trigger_keys_never_sound(factory):
    # Neither they nor any other key below the chord, alone or beside a chord.
    events = [event for i, k in enumerate(range(48)) for event in key(i * 100, k, 50)]
    assert table(factory("strummer"), events) == []
    events = chord(0, [60]) + events + up(9000, [60])
    assert {note[2] for note in table(factory("strummer"), events)} == {60}


def test_chord_keys_alone_are_silent(factory):
    assert table(factory("strummer"), chord(0, STRINGS) + up(500, STRINGS)) == []


def test_strings_get_softer_by_the_accent(factory):
    events = chord(0, STRINGS) + key(10, 36, 9000, 127) + up(20000, STRINGS)
    played = table(factory("strummer"), events, values={"accent": 0.5, "speed": 1})
    assert [note[3] for note in played] == [127, 64, 32]


def test_a_key_let_go_during_the_strum_leaves_the_other_strings_out(factory):
    events = chord(0, STRINGS) + key(1000, 36, 15 * MS + 1) + up(20000, STRINGS)
    played = table(factory("strummer"), events)
    assert [(note[2], note[4]) for note in played] == [(60, 15 * MS + 1), (64, 1)]


def test_a_new_strum_ends_the_one_before_it(factory):
    events = chord(0, STRINGS) + [on(100, 36), on(100 + 20 * MS, 38), off(9000, 36), off(9500, 38)] + up(20000, STRINGS)
    played = table(factory("strummer"), events, values={"accent": 0})
    second = 100 + 20 * MS
    assert [(note[0], note[2], note[4]) for note in played] == [
        (100, 60, 20 * MS),
        (100 + 15 * MS, 64, 5 * MS),
        (second, 67, 9500 - second),
        (second + 15 * MS, 64, 9500 - second - 15 * MS),
        (second + 30 * MS, 60, 9500 - second - 30 * MS),
    ]


def test_the_damping_key_ends_all_strings(factory):
    events = chord(0, STRINGS) + [on(100, 36), on(5000, 40), off(6000, 40), off(9000, 36)] + up(20000, STRINGS)
    played = table(factory("strummer"), events)
    assert [note[0] + note[4] for note in played] == [5000] * 3


def test_every_channel_has_its_strings(factory):
    events = chord(0, [60], 1) + chord(0, [72], 2) + key(100, 36, 50, channel=2) + up(500, [60], 1) + up(500, [72], 2)
    assert [note[1:3] for note in table(factory("strummer"), events)] == [(2, 72)]
