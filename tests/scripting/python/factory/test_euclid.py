"""The factory script euclid, by its events."""

from __future__ import annotations

import pytest

from helpers import BEAT, short
from outboard import beats
from outboard.testing import ParameterChange, TransportChange, notes
from tables import BLOCKS, key, table

STEP = BEAT // 4


def rhythm(bench, hits, steps, **values):
    """One round, as x and dots."""
    played = table(bench, [], until=beats(steps / 4), values={"hits": hits, "steps": steps, **values})
    lines = {note[0] for note in played}
    assert lines <= {i * STEP for i in range(steps)} and len(lines) == len(played)
    return "".join("x" if i * STEP in lines else "." for i in range(steps))


@pytest.mark.parametrize(
    "hits, steps, expected",
    [
        (5, 8, "x.xx.xx."),
        (3, 8, "x..x..x."),
        (2, 5, "x.x.."),
        (3, 7, "x.x.x.."),
        (4, 12, "x..x..x..x.."),
        (5, 13, "x..x.x..x.x.."),
        (7, 16, "x..x.x.x..x.x.x."),
        (1, 4, "x..."),
        (0, 8, "........"),
        (8, 8, "xxxxxxxx"),
        (9, 8, "xxxxxxxx"),
        (1, 1, "x"),
    ],
)
def test_euclid_spreads_the_hits(factory, hits, steps, expected):
    assert rhythm(factory("euclid"), hits, steps) == expected


def test_euclid_rotated(factory):
    assert rhythm(factory("euclid"), 5, 8, rotation=1) == ".x.xx.xx"


def test_euclid_notes_their_length_and_accent(factory):
    values = {"key": 36, "velocity": 0.5, "accent": 0.25, "gate": 0.5}
    assert table(factory("euclid"), [], until=beats(1), values=values, channel=10) == [
        (0, 10, 36, 95, STEP // 2),
        (2 * STEP, 10, 36, 64, STEP // 2),
        (3 * STEP, 10, 36, 64, STEP // 2),
    ]


def test_euclid_is_on_the_songs_grid(factory):
    # Started at beat 1.3: nothing sounds before the next line, 1.5 with eighths, and that is step 3.
    events = [TransportChange(time=1000, playing=True, beat=1.3), TransportChange(time=1000 + 2 * BEAT, playing=False)]
    played = table(factory("euclid"), events, playing=False, values={"rate": 1, "hits": 3})
    first = round(1000 + 0.2 * BEAT)
    assert [note[0] for note in played] == [first, first + 3 * BEAT // 2]  # steps 3 and 6 of x..x..x.


def test_euclid_follows_the_tempo_and_stops_with_the_song(factory):
    events = [TransportChange(time=BEAT / 8, tempo=60), TransportChange(time=5 * BEAT // 4, playing=False)]
    played = table(factory("euclid"), events, values={"hits": 8})
    assert [note[0] for note in played] == [0] + [BEAT // 8 + BEAT // 4 + i * BEAT // 2 for i in range(2)]


def test_euclid_rate_change_takes_the_lines_of_the_new_rate(factory):
    change = ParameterChange(time=STEP + 1, id="rate", value=1)  # eighths from here on
    played = table(factory("euclid"), [change], until=beats(2), values={"hits": 8})
    assert [note[0] for note in played] == [0, STEP, 2 * STEP, 4 * STEP, 6 * STEP]


def test_what_is_played_passes(factory):
    heard = factory("euclid").play(key(5, 70, 10), blocks=BLOCKS, playing=False)
    assert short(heard) == [(5, "on", 70, 100), (15, "off", 70, 64)] and len(notes(heard)) == 1
