"""The factory script arpeggiator, by its events."""

from __future__ import annotations

import pytest

from helpers import BEAT, cc, off, on
from outboard import PitchBend, ProgramChange, beats, seconds
from outboard.testing import ParameterChange, TransportChange, notes
from tables import EIGHTH, chord, table, up

GATE = EIGHTH // 2

MODES = ["up", "down", "up and down", "random", "as played"]
RATES = ["1/1", "1/2", "1/4", "1/4t", "1/8", "1/8t", "1/16", "1/16t", "1/32"]


def test_arpeggiator_a_chord_at_one_sample(factory):
    # The chord is complete before the first step: the lowest key comes first, though it came last.
    events = chord(100, [67, 64, 60]) + up(100 + 4 * EIGHTH - 1, [60, 64, 67])
    assert table(factory("arpeggiator"), events) == [
        (100 + 0 * EIGHTH, 1, 60, 102, GATE),
        (100 + 1 * EIGHTH, 1, 64, 101, GATE),
        (100 + 2 * EIGHTH, 1, 67, 100, GATE),
        (100 + 3 * EIGHTH, 1, 60, 102, GATE),
    ]


def test_arpeggiator_key_up_exactly_on_a_step(factory):
    # The key that goes up at the sample of a step is not in that step; with the last one it stops.
    events = chord(0, [60, 64]) + [off(2 * EIGHTH, 60), off(4 * EIGHTH, 64)]
    assert table(factory("arpeggiator"), events) == [
        (0 * EIGHTH, 1, 60, 100, GATE),
        (1 * EIGHTH, 1, 64, 101, GATE),
        (2 * EIGHTH, 1, 64, 101, GATE),
        (3 * EIGHTH, 1, 64, 101, GATE),
    ]


def test_arpeggiator_last_key_up_stops_and_the_next_chord_starts_anew(factory):
    events = chord(0, [60]) + [off(100, 60)] + chord(5 * BEAT, [72]) + [off(5 * BEAT + 10, 72)]
    assert table(factory("arpeggiator"), events) == [(0, 1, 60, 100, GATE), (5 * BEAT, 1, 72, 100, GATE)]


def test_arpeggiator_tempo_change_within_a_step(factory):
    # Two thirds of the first step at 120, the rest of it at 60; the note that sounds over the change, too.
    change = TransportChange(time=EIGHTH * 2 / 3, tempo=60)
    events = chord(0, [60, 64]) + [change] + up(EIGHTH * 5, [60, 64])
    step = EIGHTH * 2 // 3 + EIGHTH * 2 // 3
    assert table(factory("arpeggiator"), events, values={"gate": 0.8}) == [
        (0, 1, 60, 100, EIGHTH * 2 // 3 + round((0.8 - 2 / 3) * 2 * EIGHTH)),
        (step, 1, 64, 101, round(0.8 * 2 * EIGHTH)),
        (step + 2 * EIGHTH, 1, 60, 100, round(0.8 * 2 * EIGHTH)),
    ]


def test_arpeggiator_rate_change_within_a_beat(factory):
    # The step that runs is played to its end; the new rate begins after it.
    change = ParameterChange(time=EIGHTH + 5, id="rate", value=RATES.index("1/16"))
    events = chord(0, [60, 64]) + [change] + up(3 * EIGHTH, [60, 64])
    assert table(factory("arpeggiator"), events) == [
        (0, 1, 60, 100, GATE),
        (EIGHTH, 1, 64, 101, GATE),
        (2 * EIGHTH, 1, 60, 100, GATE // 2),
        (2 * EIGHTH + EIGHTH // 2, 1, 64, 101, GATE // 2),
    ]


def test_arpeggiator_two_channels_at_once(factory):
    events = chord(0, [60, 64], 1) + chord(0, [72, 76], 2) + chord(3000, [48], 5)
    events += up(3 * EIGHTH, [60, 64], 1) + up(2 * EIGHTH, [72, 76], 2) + up(3001, [48], 5)
    assert table(factory("arpeggiator"), events) == [
        (0, 1, 60, 100, GATE),
        (0, 2, 72, 100, GATE),
        (3000, 5, 48, 100, GATE),
        (EIGHTH, 1, 64, 101, GATE),
        (EIGHTH, 2, 76, 101, GATE),
        (2 * EIGHTH, 1, 60, 100, GATE),
    ]


def test_arpeggiator_channel_10_passes_through_unless_wanted(factory):
    events = chord(0, [36, 38], 10) + up(2 * EIGHTH, [36, 38], 10) + [cc(7, 64, 127)]
    assert table(factory("arpeggiator"), events) == [(0, 10, 36, 100, 2 * EIGHTH), (0, 10, 38, 101, 2 * EIGHTH)]
    assert table(factory("arpeggiator"), events, values={"drums_too": 1}) == [
        (0, 10, 36, 100, GATE),
        (EIGHTH, 10, 38, 101, GATE),
    ]


@pytest.mark.parametrize(
    "mode, octaves, keys",
    [
        ("up", 1, [60, 64, 67, 60, 64, 67, 60, 64]),
        ("up", 2, [60, 64, 67, 72, 76, 79, 60, 64]),
        ("down", 1, [67, 64, 60, 67, 64, 60, 67, 64]),
        ("down", 2, [79, 76, 72, 67, 64, 60, 79, 76]),
        ("up and down", 1, [60, 64, 67, 64, 60, 64, 67, 64]),
        ("as played", 1, [64, 60, 67, 64, 60, 67, 64, 60]),
    ],
)
def test_arpeggiator_modes_and_octaves(factory, mode, octaves, keys):
    events = chord(0, [64, 60, 67]) + up(8 * EIGHTH, [60, 64, 67])
    played = table(factory("arpeggiator"), events, values={"mode": MODES.index(mode), "octaves": octaves})
    assert [note[2] for note in played] == keys


def test_arpeggiator_up_and_down_with_one_and_two_keys(factory):
    for keys, expected in (([60], [60, 60, 60]), ([60, 64], [60, 64, 60])):
        events = chord(0, keys) + up(3 * EIGHTH, keys)
        played = table(factory("arpeggiator"), events, values={"mode": MODES.index("up and down")})
        assert [note[2] for note in played] == expected


def test_arpeggiator_octaves_end_at_the_highest_key(factory):
    events = chord(0, [120]) + up(4 * EIGHTH, [120])
    assert [note[2] for note in table(factory("arpeggiator"), events, values={"octaves": 4})] == [120] * 4


def test_arpeggiator_random_is_seeded(factory):
    keys = [60, 62, 64, 65, 67]
    events = chord(0, keys) + up(16 * EIGHTH, keys)
    values = {"mode": MODES.index("random")}
    one = table(factory("arpeggiator"), events, values=values, until=beats(12))
    again = table(factory("arpeggiator"), events, values=values, until=beats(12))
    other = table(factory("arpeggiator"), events, values=values, until=beats(12), seed=1)
    assert one == again != other
    assert len(one) == len(other) == 16
    assert {note[2] for note in one} <= set(keys) and len({note[2] for note in one}) > 2


@pytest.mark.parametrize("rate", RATES)
def test_arpeggiator_every_rate_is_on_the_song_for_a_long_time(factory, rate):
    length = {"1/1": 4, "1/2": 2, "1/4": 1, "1/4t": 2 / 3, "1/8": 0.5, "1/8t": 1 / 3, "1/16": 0.25}
    step = {**length, "1/16t": 1 / 6, "1/32": 0.125}[rate]
    bench = factory("arpeggiator")
    values = {"rate": RATES.index(rate)}
    heard = notes(bench.play([on(0, 60)], blocks=(None, 441), until=seconds(60), values=values, tempo=97.3))
    samples_per_beat = 60 * 48000 / 97.3
    assert [note.time for note in heard] == [int(i * step * samples_per_beat + 0.5001) for i in range(len(heard))]


def test_arpeggiator_other_events_pass(factory):
    events = [cc(0, 1, 1), PitchBend(time=1, value=0.5), ProgramChange(time=2, program=3), off(3, 60, 1)]
    assert [e.time for e in factory("arpeggiator").play(events)] == [0, 1, 2, 3]


def test_arpeggiator_goes_on_with_the_keys_that_are_down_when_it_becomes_live(factory):
    # After a swap, on each channel that holds keys; drums not.
    before = [on(0, 64, channel=3), on(0, 60, channel=3), on(0, 72, channel=1), on(0, 36, channel=10)]
    events = up(EIGHTH + 1, [60, 64], 3) + up(1, [72]) + up(2, [36], 10)
    heard = factory("arpeggiator").play(events, held_before=before, until=beats(4))
    assert [(n.time, n.channel, n.key) for n in notes(heard)] == [(0, 1, 72), (0, 3, 60), (EIGHTH, 3, 64)]
