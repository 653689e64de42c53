"""The factory scripts, each by its events: tables of time, channel, key, velocity and length."""

from __future__ import annotations

import pytest

from helpers import BEAT, cc, off, on, short
from outboard import ChannelPressure, PitchBend, PolyPressure, ProgramChange, beats, seconds
from outboard.testing import MidiBytes, ParameterChange, TransportChange, assert_no_hanging_notes, notes

BLOCKS = (None, 32, 64, 441, 1024)
EIGHTH = BEAT // 2
GATE = EIGHTH // 2

MODES = ["up", "down", "up and down", "random", "as played"]
RATES = ["1/1", "1/2", "1/4", "1/4t", "1/8", "1/8t", "1/16", "1/16t", "1/32"]


def table(bench, events, **options):
    heard = bench.play(events, blocks=BLOCKS, **{"until": beats(8), **options})
    assert bench.errors == []
    assert_no_hanging_notes(heard)
    return [tuple(note) for note in notes(heard)]


def chord(time, keys, channel=1, velocity7=100):
    return [on(time, key, velocity7 + i, channel) for i, key in enumerate(keys)]


def up(time, keys, channel=1):
    return [off(time, key, channel=channel) for key in keys]


# ---- pass-through ---------------------------------------------------------------------------------------------------


def test_passthrough_everything_crosses(factory, bench):
    events = [
        on(0, 60, 1),
        on(0, 60, 2),
        PolyPressure(time=1, key=60, value=1.0, channel=16),
        cc(1, 7, 3),
        ProgramChange(time=1, program=9, channel=10),
        ChannelPressure(time=2, value=0.5, channel=2),
        PitchBend(time=3, value=-0.125),
        MidiBytes(time=3, data=b"\xf0\x01\xf7"),
        off(3, 60, 77),
        MidiBytes(time=4, data=b"\x90\x3c\x00"),
        off(5, 61, 5),
    ]
    crossed = factory("passthrough").play(events)
    untouched = bench("").play(events)
    assert short(crossed) == short(untouched)
    assert [e.channel for e in crossed] == [e.channel for e in untouched]
    assert len(crossed) == len(events)


# ---- arpeggiator ----------------------------------------------------------------------------------------------------


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


# ---- chords ---------------------------------------------------------------------------------------------------------


def test_chords_all_tones_at_the_events_own_sample(factory):
    assert table(factory("chords"), [on(77, 60, 99), off(500, 60)]) == [
        (77, 1, 60, 99, 423),
        (77, 1, 64, 99, 423),
        (77, 1, 67, 99, 423),
    ]


def test_chords_above_127_left_out(factory):
    events = [on(0, 122), off(9, 122), on(20, 127), off(29, 127)]
    assert [note[2] for note in table(factory("chords"), events)] == [122, 126, 127]


def test_chords_a_change_while_keys_are_held_ends_what_sounds(factory):
    change = ParameterChange(time=50, id="chord", value=10)  # a fifth
    events = [on(0, 60), change, on(60, 62), off(100, 60), off(110, 62)]
    assert table(factory("chords"), events) == [
        (0, 1, 60, 100, 100),
        (0, 1, 64, 100, 100),
        (0, 1, 67, 100, 100),
        (60, 1, 62, 100, 50),
        (60, 1, 69, 100, 50),
    ]


def test_chords_release_velocity_is_kept_and_drums_pass(factory):
    heard = factory("chords").play([on(0, 36, channel=10), on(1, 60), off(9, 60, 33), off(10, 36, 3, channel=10)])
    assert short(heard)[4:] == [(9, "off", 60, 33), (9, "off", 64, 33), (9, "off", 67, 33), (10, "off", 36, 3)]


# ---- humaniser ------------------------------------------------------------------------------------------------------


def test_humaniser_keeps_the_length_and_stays_in_its_range(factory):
    events = [e for i in range(100) for e in (on(i * 3000, 30 + i % 60, 64), off(i * 3000 + 50 + i * 20, 30 + i % 60))]
    played = table(factory("humaniser"), events, until=beats(14), values={"timing": 20, "dynamics": 0.2})
    by_press = sorted(played, key=lambda note: note[4])
    assert [note[4] for note in by_press] == [50 + i * 20 for i in range(100)]
    late = [note[0] - i * 3000 for i, note in enumerate(by_press)]
    assert 0 <= min(late) < 100 and 860 < max(late) <= 960
    change = [note[3] - 64 for note in by_press]
    assert -26 <= min(change) < -15 and 15 < max(change) <= 26
    assert [note[2] for note in by_press] == [30 + i % 60 for i in range(100)]


def test_humaniser_at_zero_changes_nothing_but_the_order_within_a_sample(factory):
    events = [on(0, 60, 100), on(5, 64, 1), off(9, 60), off(10, 64)]
    assert table(factory("humaniser"), events, values={"timing": 0, "dynamics": 0}) == [
        (0, 1, 60, 100, 9),
        (5, 1, 64, 1, 5),
    ]


def test_humaniser_velocities_stay_within_1_and_127(factory):
    events = [e for i in range(60) for e in (on(i * 3000, 60, 1 if i % 2 else 127), off(i * 3000 + 90, 60))]
    played = table(factory("humaniser"), events, until=beats(9), values={"dynamics": 0.5})
    assert {note[3] for note in played} >= {1, 127}


# ---- velocity curve -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gamma", [0.25, 0.5, 1.0, 1.7, 4.0])
def test_velocity_curve_is_gamma(factory, gamma):
    events = [e for v in range(1, 128) for e in (on(v * 10, 60, v), off(v * 10 + 5, 60))]
    played = table(factory("velocity_curve"), events, values={"gamma": gamma})
    assert [note[3] for note in played] == [max(1, round(127 * (v / 127) ** (1 / gamma))) for v in range(1, 128)]
    assert {note[4] for note in played} == {5}


# ---- echo -----------------------------------------------------------------------------------------------------------


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


# ---- all of them ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["passthrough", "arpeggiator", "chords", "humaniser", "velocity_curve", "echo"])
def test_no_script_leaves_a_note_hanging_in_a_busy_song(factory, name):
    from random import Random

    random = Random(name)
    events = []
    for _ in range(300):
        time, key, channel = random.randrange(200_000), random.randrange(128), random.choice([1, 2, 10])
        events += [on(time, key, random.randrange(1, 128), channel)]
        events += [off(time + random.choice([0, 1, 5, 700, 30_000]), key, channel=channel)]
    events += [TransportChange(time=random.uniform(0, 200_000), tempo=random.uniform(50, 200)) for _ in range(20)]
    bench = factory(name)
    heard = bench.play(events, blocks=(None, 64, 441), until=seconds(20))
    assert_no_hanging_notes(heard)
    assert len(notes(heard)) > 50 and bench.errors == []
