"""What the tests of the factory scripts share: notes as tables of time, channel, key, velocity and length."""

from __future__ import annotations

from helpers import BEAT, off, on
from outboard import beats
from outboard.testing import assert_no_hanging_notes, notes

BLOCKS = (None, 32, 64, 441, 1024)
EIGHTH = BEAT // 2


def table(bench, events, **options):
    """The notes that are heard: (time, channel, key, velocity, length)."""
    heard = bench.play(events, blocks=BLOCKS, **{"until": beats(8), **options})
    assert bench.errors == []
    assert_no_hanging_notes(heard)
    return [tuple(note) for note in notes(heard)]


def chord(time, keys, channel=1, velocity7=100):
    return [on(time, key, velocity7 + i, channel) for i, key in enumerate(keys)]


def up(time, keys, channel=1):
    return [off(time, key, channel=channel) for key in keys]


def key(time, number, length, velocity7=100, channel=1):
    """A key press and its end."""
    return [on(time, number, velocity7, channel), off(time + length, number, channel=channel)]
