"""The factory script scale_map, by its events."""

from __future__ import annotations

import pytest

from helpers import on
from outboard.testing import ParameterChange
from tables import chord, key, table, up

WAYS = ["nearest", "down", "up", "leave out"]


@pytest.mark.parametrize(
    "way, keys",
    [
        ("nearest", [60, 60, 62, 62, 64, 65, 65, 67, 67, 69, 69, 71]),
        ("down", [60, 60, 62, 62, 64, 65, 65, 67, 67, 69, 69, 71]),
        ("up", [60, 62, 62, 64, 64, 65, 67, 67, 69, 69, 71, 71]),
        ("leave out", [60, 62, 64, 65, 67, 69, 71]),
    ],
)
def test_scale_map_c_major(factory, way, keys):
    events = [event for i in range(12) for event in key(i * 100, 60 + i, 50)]
    played = table(factory("scale_map"), events, values={"other_keys": WAYS.index(way)})
    assert [note[2] for note in played] == keys
    assert {note[4] for note in played} == {50}


def test_scale_map_nearest_goes_up_where_up_is_nearer(factory):
    # C minor pentatonic: C Eb F G Bb. D lies one below Eb, A one below Bb, E between Eb and F: down.
    events = [event for i, k in enumerate([62, 69, 64, 61]) for event in key(i * 100, k, 50)]
    played = table(factory("scale_map"), events, values={"scale": 9})
    assert [note[2] for note in played] == [63, 70, 63, 60]


def test_scale_map_root_moves_the_scale(factory):
    events = [event for i in range(12) for event in key(i * 100, 60 + i, 50)]
    played = table(factory("scale_map"), events, values={"root": 2, "other_keys": WAYS.index("leave out")})
    assert [note[2] for note in played] == [61, 62, 64, 66, 67, 69, 71]  # D major


def test_a_scale_change_while_keys_are_held_still_releases_what_sounds(factory):
    # 61 sounds as 60. Then the root is C#: the key goes up, and 60 ends, as long as the key was down.
    events = chord(0, [61, 64]) + [ParameterChange(time=50, id="root", value=1), on(60, 60)] + up(100, [61, 64, 60])
    assert table(factory("scale_map"), events, values={"other_keys": 1}) == [
        (0, 1, 60, 100, 100),
        (0, 1, 64, 101, 100),
        (60, 1, 60, 100, 40),
    ]


def test_scale_map_ends_of_the_keyboard(factory):
    # In D major the lowest key, a C, has no neighbour below it and is left out; the highest is a G.
    played = table(factory("scale_map"), key(0, 0, 9) + key(20, 127, 9), values={"root": 2, "other_keys": 1})
    assert [note[2] for note in played] == [127]
