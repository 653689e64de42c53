"""The factory script microtuning, by its events."""

from __future__ import annotations

import pytest

from helpers import on
from outboard import NoteOn, beats
from outboard.testing import ParameterChange
from tables import BLOCKS, key, up

NAMES = ["Equal", "Pythagorean", "Just", "Meantone", "Werckmeister III", "Kirnberger III", "Scala file"]


def pitches(bench, keys, **options):
    """What the keys sound like, in cents above key 0."""
    events = [event for i, number in enumerate(keys) for event in key(i * 100, number, 50)]
    heard = bench.play(events, blocks=BLOCKS, **{"until": beats(2), **options})
    assert bench.errors == []
    ons = [e for e in heard if isinstance(e, NoteOn)]
    assert all(-0.5 <= e.tuning <= 0.5 for e in ons)  # the nearest sample
    return [pytest.approx(100 * (e.key + e.tuning), abs=0.01) for e in ons]


def test_equal_changes_nothing(factory):
    assert pitches(factory("microtuning"), range(128), until=beats(3)) == [100 * k for k in range(128)]


@pytest.mark.parametrize(
    "name, third, fifth", [("Pythagorean", 407.8, 702.0), ("Just", 386.3, 702.0), ("Meantone", 386.3, 696.6)]
)
def test_thirds_and_fifths_of_the_temperaments(factory, name, third, fifth):
    values = {"temperament": NAMES.index(name)}
    heard = pitches(factory("microtuning"), [60, 64, 67, 72, 48, 52], values=values)
    assert heard == [6000, 6000 + third, 6000 + fifth, 7200, 4800, 4800 + third]


def test_the_root_keeps_its_pitch_and_the_scale_begins_there(factory):
    values = {"temperament": NAMES.index("Just"), "root": 2}
    assert pitches(factory("microtuning"), [62, 66, 69, 50], values=values) == [6200, 6200 + 386.3, 6200 + 702.0, 5000]


def test_the_table_has_128_entries_in_cents(factory):
    values = {"cents_by_key[60]": -30.0, "cents_by_key[127]": 49.0, "cents_by_key[0]": -12.5}
    heard = pitches(factory("microtuning"), [59, 60, 61, 127, 0], values=values)
    assert heard == [5900, 5970, 6100, 12749, -12.5]


SCALES = {
    "thirds.scl": (
        "! a comment\nThree to the octave\n 3\n!\n400.0\n 5/3 sixth\n2\n",
        [6000, 6400, 6884.36, 7200, 5684.36],
    ),
    "bohlen.scl": ("No octave\n2\n9/7\n3/1\n", [6000, 6435.08, 7901.96, 8337.04, 4533.13]),
    "nineteen.scl": (
        "19 equal\n19\n" + "".join(f"{1200 * i / 19:.5f}\n" for i in range(1, 20)),
        [6000, 6063.16, 6126.32, 6189.47, 5936.84],
    ),
}


@pytest.mark.parametrize("name", SCALES)
def test_scala_files(factory, tmp_path, name):
    text, expected = SCALES[name]
    (tmp_path / name).write_text(text, encoding="latin-1")
    values = {"temperament": NAMES.index("Scala file"), "file": str(tmp_path / name)}
    assert pitches(factory("microtuning"), [60, 61, 62, 63, 59], values=values) == expected


@pytest.mark.parametrize(
    "text, reason",
    [
        ("only a description\n", "its second line should be the number of its notes"),
        ("x\nmany\n", "its second line should be the number of its notes"),
        ("x\n3\n100.0\n2/1\n", "it announces 3 notes, and 2 follow"),
        ("x\n1\nfifth\n", "'fifth' is neither cents nor a ratio"),
        ("x\n1\n1/0\n", "'1/0' is neither cents nor a ratio"),
    ],
)
def test_a_bad_scala_file_is_said_in_one_sentence_and_changes_nothing(factory, tmp_path, text, reason):
    (tmp_path / "bad.scl").write_text(text)
    bench = factory("microtuning")
    values = {"temperament": NAMES.index("Scala file"), "file": str(tmp_path / "bad.scl")}
    heard = bench.play(key(0, 61, 50), values=values)
    assert set(bench.errors) == {f"bad.scl is no scale: {reason}"}  # said again when another control is moved
    assert [(e.key, e.tuning) for e in heard if isinstance(e, NoteOn)] == [(61, 0.0)]


def test_another_tuning_while_keys_are_down_ends_what_sounds(factory):
    events = [on(0, 64), ParameterChange(time=50, id="temperament", value=2), on(60, 64), *up(100, [64, 64])]
    heard = factory("microtuning").play(events, blocks=BLOCKS)
    assert [round(e.tuning, 3) for e in heard if isinstance(e, NoteOn)] == [0.0, -0.137]
    assert [e.time for e in heard] == [0, 60, 100, 100]


def test_what_would_lie_beyond_the_keyboard_is_left_out(factory, tmp_path):
    (tmp_path / "wide.scl").write_text("octaves\n1\n2/1\n")
    values = {"temperament": NAMES.index("Scala file"), "file": str(tmp_path / "wide.scl")}
    assert pitches(factory("microtuning"), [54, 55, 65, 66], values=values) == [0, 12000]
