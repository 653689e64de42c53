"""The factory script round_robin, by its events."""

from __future__ import annotations

from helpers import off, on
from outboard import NoteOn, beats, seconds
from tables import BLOCKS, key

SECOND = 48000


def takes(bench, events, **options):
    """(time, key, tuning) of what is heard."""
    heard = bench.play(events, blocks=BLOCKS, **{"until": beats(8), **options})
    assert bench.errors == []
    return [(e.time, e.key, e.tuning) for e in heard if isinstance(e, NoteOn)]


def test_round_robin_in_turn_borrows_the_neighbours_samples(factory):
    events = [event for i in range(5) for event in key(i * 1000, 60, 500)]
    assert takes(factory("round_robin"), events) == [
        (0, 60, 0.0),
        (1000, 61, -1.0),
        (2000, 59, 1.0),
        (3000, 60, 0.0),
        (4000, 61, -1.0),
    ]


def test_random_mode_never_repeats(factory):
    events = [event for i in range(400) for event in key(i * 1000, 60, 900)]
    heard = takes(factory("round_robin"), events, until=seconds(10), values={"order": 1, "takes": 5})
    tunings = [tuning for _, _, tuning in heard]
    assert len(tunings) == 400 and set(tunings) == {0, -1, 1, -2, 2}
    assert all(a != b for a, b in zip(tunings, tunings[1:]))
    assert all(key + tuning == 60 for _, key, tuning in heard)
    # Seeded: the same again, and with another seed another.
    assert heard == takes(factory("round_robin"), events, until=seconds(10), values={"order": 1, "takes": 5})
    assert heard != takes(factory("round_robin"), events, until=seconds(10), values={"order": 1, "takes": 5}, seed=5)


def test_random_mode_of_two_takes_alternates(factory):
    events = [event for i in range(20) for event in key(i * 1000, 60, 900)]
    tunings = [tuning for _, _, tuning in takes(factory("round_robin"), events, values={"order": 1, "takes": 2})]
    assert tunings == [0, -1] * 10


def test_starts_over_after_2_s_of_silence(factory):
    def second_note(gap):
        events = key(0, 60, 100) + key(100 + gap, 60, 100)
        return takes(factory("round_robin"), events, until=seconds(4))[1][2]

    assert second_note(2 * SECOND - 1) == -1.0
    assert second_note(2 * SECOND) == 0.0


def test_a_key_that_is_held_is_no_silence(factory):
    events = [on(0, 40)] + key(10, 60, 10) + key(3 * SECOND, 60, 10) + [off(4 * SECOND, 40)]
    assert [tuning for _, _, tuning in takes(factory("round_robin"), events, until=seconds(5))] == [0.0, -1.0, 1.0]


def test_round_robin_has_a_round_for_each_channel(factory):
    events = [event for i, c in enumerate([1, 2, 1, 2]) for event in key(i * 100, 60, 50, channel=c)]
    assert [tuning for _, _, tuning in takes(factory("round_robin"), events)] == [0.0, 0.0, -1.0, -1.0]


def test_round_robin_at_the_ends_of_the_keyboard(factory):
    events = key(0, 127, 9) + key(20, 127, 9) + key(40, 0, 9) + key(60, 0, 9) + key(80, 0, 9)
    assert [(k, tuning) for _, k, tuning in takes(factory("round_robin"), events)] == [
        (127, 0.0),
        (127, 0.0),
        (0, 0.0),
        (0, 0.0),
        (1, -1.0),
    ]
