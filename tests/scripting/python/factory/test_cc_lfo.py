"""The factory script cc_lfo, by its events."""

from __future__ import annotations

from math import pi, sin

import pytest

from helpers import BEAT
from outboard import ControlChange, beats, seconds
from outboard.testing import TransportChange
from tables import BLOCKS, key

SHAPES = ["sine", "triangle", "saw up", "saw down", "square", "random"]
STEP = BEAT / 48


def wave(bench, events=(), **options):
    """(time, value7) of the controller."""
    heard = bench.play(events, blocks=BLOCKS, **{"until": beats(8), **options})
    assert bench.errors == []
    return [(e.time, e.value7) for e in heard if isinstance(e, ControlChange)]


def held_at(points, time):
    """Where the controller stands."""
    return [value for at, value in points if at <= time][-1]


def test_the_sine_is_a_sine(factory):
    points = wave(factory("cc_lfo"))
    for i in range(48 * 8):
        expected = round(127 * (0.5 + sin(2 * pi * i / (4 * 48)) / 2))
        assert abs(held_at(points, int(i * STEP + 0.5)) - expected) <= 1
    assert all(a[1] != b[1] for a, b in zip(points, points[1:]))  # no value is sent twice
    assert {value for _, value in points} >= {0, 64, 127}


def test_phase_continuous_over_tempo_change(factory):
    # The value belongs to the beat: at every sample, with the tempo of the time: 37.5 from the middle of a step.
    change = 1.37 * BEAT
    points = wave(factory("cc_lfo"), [TransportChange(time=change, tempo=37.5)], until=seconds(9), values={"shape": 2})
    slow = 48000 * 60 / 37.5

    def beat_at(time):
        return time / BEAT if time <= change else change / BEAT + (time - change) / slow

    steps = [b[1] - a[1] for a, b in zip(points, points[1:])]
    assert sum(step < 0 for step in steps) == 1  # the saw falls back once, at beat 4, and is smooth everywhere else
    assert all(step in (0, 1) or step < -120 for step in steps)
    for time, value in points:
        line = int(beat_at(time) * 48 + 0.5) / 48
        assert abs(beat_at(time) - line) < 1e-4  # on the grid
        assert abs(value - 127 * (line / 4 % 1.0)) <= 1


def test_while_stopped_it_runs_on_and_with_the_song_it_has_the_songs_place(factory):
    events = [TransportChange(time=2 * BEAT, playing=True, beat=9.0)]
    points = wave(factory("cc_lfo"), events, playing=False, values={"shape": 2}, until=beats(3))
    assert held_at(points, BEAT) == 32  # a quarter of the wave
    assert held_at(points, 2 * BEAT - 1) == 63  # one step before the half of it
    assert held_at(points, 2 * BEAT + BEAT // 2) == 48  # beat 9.5: three eighths


@pytest.mark.parametrize(
    "shape, values",
    [
        ("triangle", [64, 127, 64, 0]),
        ("saw up", [0, 32, 64, 95]),
        ("saw down", [127, 95, 64, 32]),
        ("square", [127, 127, 0, 0]),
    ],
)
def test_the_shapes_at_the_four_beats_of_a_wave(factory, shape, values):
    points = wave(factory("cc_lfo"), values={"shape": SHAPES.index(shape)})
    assert [held_at(points, i * BEAT) for i in range(8)] == values * 2


def test_random_holds_one_value_for_a_wave(factory):
    points = wave(factory("cc_lfo"), values={"shape": SHAPES.index("random"), "rate": 4}, until=beats(40))
    assert len(points) > 30 and all(time % BEAT == 0 for time, _ in points)
    assert points == wave(factory("cc_lfo"), values={"shape": SHAPES.index("random"), "rate": 4}, until=beats(40))


def test_depth_centre_and_controller(factory):
    values = {"controller": 74, "depth": 0.5, "centre": 0.75, "shape": SHAPES.index("square")}
    heard = factory("cc_lfo").play([], until=beats(4), values=values)
    assert [(e.cc, e.value7) for e in heard] == [(74, 127), (74, 64)]
    values["depth"] = 1.0  # over the top: stays there
    assert [e.value7 for e in factory("cc_lfo").play([], until=beats(4), values=values)] == [127, 32]


def test_other_events_pass(factory):
    heard = factory("cc_lfo").play(key(10, 60, 5) + [ControlChange(time=20, cc=1, value=1.0)], values={"depth": 0})
    assert [e.time for e in heard] == [0, 10, 15, 20]
