"""The factory script echo, by its events."""

from __future__ import annotations

from helpers import BEAT, off, on
from outboard import beats
from outboard.testing import TransportChange
from tables import table


def test_echo_taps_are_in_time_and_as_long_as_their_note(factory):
    tap = BEAT * 3 // 4
    assert table(factory("echo"), [on(10, 60, 100), off(700, 60)]) == [
        (10, 1, 60, 100, 690),
        (10 + tap, 1, 60, 60, 690),
        (10 + 2 * tap, 1, 60, 36, 690),
        (10 + 3 * tap, 1, 60, 22, 690),
        (10 + 4 * tap, 1, 60, 13, 690),
    ]


def test_echo_of_a_long_note_overlaps_it(factory):
    tap = BEAT * 3 // 4
    played = table(factory("echo"), [on(0, 60, 100), off(3 * BEAT, 60)], values={"echoes": 2})
    assert [(note[0], note[4]) for note in played] == [(0, 3 * BEAT), (tap, 3 * BEAT), (2 * tap, 3 * BEAT)]


def test_echo_follows_the_tempo_and_stops_when_it_is_too_soft(factory):
    events = [on(0, 60, 10), off(100, 60), TransportChange(time=BEAT, tempo=60)]
    played = table(factory("echo"), events, values={"time": 2, "feedback": 0.5, "echoes": 16}, until=beats(16))
    assert [(note[0], note[3]) for note in played] == [(0, 10), (BEAT, 5), (3 * BEAT, 2), (5 * BEAT, 1)]
