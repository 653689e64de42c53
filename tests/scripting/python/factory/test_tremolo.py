"""The factory script tremolo, by what it makes of a constant sound."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import FACTORY
from helpers import BEAT
from outboard.testing import Script, TransportChange

SHAPES = ["Sine", "Triangle", "Ramp down", "Square"]
RATES = ["1/1", "1/2", "1/4", "1/4t", "1/8.", "1/8", "1/8t", "1/16", "1/16t"]


def gain(frames, block=256, events=(), **values):
    """What a sound of ones becomes: left and right."""
    script = Script(FACTORY / "tremolo.py")
    ones = np.ones((2, frames), np.float32)
    made = script.process(ones, block=block, events=events, values={"rate": 5, "depth": 1.0, **values})
    assert script.errors == []
    return made


def cosine(cycles):
    return 0.5 + 0.5 * np.cos(2 * np.pi * cycles)


@pytest.mark.parametrize("rate, beats", [("1/1", 4), ("1/4", 1), ("1/4t", 2 / 3), ("1/8.", 3 / 4), ("1/16", 1 / 4)])
def test_synced_a_cycle_takes_the_note_that_was_chosen(rate, beats):
    made = gain(4 * BEAT, rate=RATES.index(rate))
    expected = cosine(np.arange(4 * BEAT) / BEAT / beats)
    assert np.abs(made - expected).max() < 1e-6


@pytest.mark.parametrize("block", [1, 64, 441, 1024, [64, 1, 1000]])
@pytest.mark.parametrize("shape", SHAPES)
def test_block_sizes_differ_by_less_than_a_millionth(shape, block):
    frames = 6000 if block == 1 else BEAT
    values = {"shape": SHAPES.index(shape), "stereo": 90.0, "depth": 0.7}
    assert np.abs(gain(frames, block, **values) - gain(frames, frames, **values)).max() < 1e-6


def test_speed_in_hz_when_it_is_not_synced():
    made = gain(48000, sync=0, speed=5.0)
    assert np.abs(made - cosine(np.arange(48000) / 48000 * 5)).max() < 1e-6


def test_depth_says_how_far_down():
    assert (gain(BEAT, depth=0.0) == 1).all()
    assert gain(BEAT, depth=0.25).min() == pytest.approx(0.75, abs=1e-5) and gain(BEAT, depth=0.25).max() == 1


def test_stereo_moves_the_right_side_behind_the_left():
    left, right = gain(BEAT, stereo=180.0)
    assert np.abs(left + right - 1).max() < 1e-5
    quarter = BEAT // 8  # of a cycle of an eighth note
    left, right = gain(BEAT, stereo=90.0)
    assert np.abs(right[quarter:] - left[:-quarter]).max() < 1e-5


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_goes_all_the_way_without_a_click(shape):
    made = gain(2 * BEAT, shape=SHAPES.index(shape))[0]
    assert made.min() < 0.001 and made.max() > 0.999
    cycle = BEAT / 2
    assert np.abs(np.diff(made)).max() < 1.1 / (0.02 * cycle), "the steepest edge takes a fiftieth of a cycle"


def test_it_is_continuous_over_a_tempo_change():
    made = gain(2 * BEAT, events=[TransportChange(time=10_001, tempo=45.0)])[0]
    assert np.abs(np.diff(made)).max() < np.pi / (BEAT / 2) * 1.01
