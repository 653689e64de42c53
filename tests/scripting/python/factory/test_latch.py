"""The factory script latch, by its events."""

from __future__ import annotations

from helpers import off, on
from outboard import beats
from outboard.testing import Panic, ParameterChange, notes
from tables import BLOCKS, chord, key, up


def played(bench, events, **options):
    heard = bench.play(events, blocks=BLOCKS, **{"until": beats(2), **options})
    assert bench.errors == []
    return [tuple(note) for note in notes(heard)]


def test_a_chord_stays_until_the_next_one(factory):
    events = chord(0, [60, 64]) + up(100, [60, 64]) + chord(500, [62]) + up(600, [62])
    assert played(factory("latch"), events) == [(0, 1, 60, 100, 500), (0, 1, 64, 101, 500), (500, 1, 62, 100, None)]


def test_keys_added_while_one_is_down_join_the_chord(factory):
    events = [on(0, 60), on(50, 64), off(60, 60), on(70, 67), off(90, 64), off(95, 67), on(200, 48), off(210, 48)]
    assert [note[2::2] for note in played(factory("latch"), events)] == [(60, 200), (64, 150), (67, 130), (48, None)]


def test_each_key_stays_until_it_is_pressed_again(factory):
    events = key(0, 60, 10) + key(20, 64, 10) + key(100, 60, 10) + key(300, 60, 10)
    values = {"mode": 1}
    assert played(factory("latch"), events, values=values) == [
        (0, 1, 60, 100, 100),
        (20, 1, 64, 100, None),
        (300, 1, 60, 100, None),
    ]


def test_latch_off_releases_all_and_then_keys_pass(factory):
    events = key(0, 60, 10) + key(20, 62, 10, channel=3)
    events += [ParameterChange(time=100, id="latch", value=0)] + key(200, 64, 30)
    assert played(factory("latch"), events, values={"mode": 1}) == [
        (0, 1, 60, 100, 100),
        (20, 3, 62, 100, 80),
        (200, 1, 64, 100, 30),
    ]


def test_every_channel_has_its_latch(factory):
    events = key(0, 60, 10, channel=1) + key(20, 62, 10, channel=2) + key(40, 64, 10, channel=1)
    ends = [(note[1], note[2], note[4]) for note in played(factory("latch"), events)]
    assert ends == [(1, 60, 40), (2, 62, None), (1, 64, None)]


def test_a_key_that_is_down_on_another_channel_does_not_join_the_chord(factory):
    events = [on(0, 60, channel=1), *key(10, 62, 5, channel=2), *key(20, 64, 5, channel=2), off(30, 60, channel=1)]
    ends = [(note[1], note[2], note[4]) for note in played(factory("latch"), events)]
    assert ends == [(1, 60, None), (2, 62, 10), (2, 64, None)]


def test_after_a_panic_a_key_sounds_again_at_its_first_press(factory):
    events = key(0, 60, 10) + [Panic(time=50)] + key(100, 60, 10)
    assert [note[2::2] for note in played(factory("latch"), events, values={"mode": 1})] == [(60, 50), (60, None)]


def test_after_a_panic_the_latch_is_empty(factory):
    events = key(0, 60, 10) + [Panic(time=50)] + key(100, 60, 10) + key(200, 62, 10)
    assert [note[2::2] for note in played(factory("latch"), events)] == [(60, 50), (60, 100), (62, None)]
