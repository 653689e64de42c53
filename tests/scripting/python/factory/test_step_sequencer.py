"""The factory script step_sequencer, by its events."""

from __future__ import annotations

from helpers import BEAT, on
from outboard import beats
from outboard.testing import ParameterChange, Script, TransportChange, notes
from conftest import FACTORY
from tables import key, table, up

STEP = BEAT // 4


def pattern(levels, pitches=()):
    values = {f"level[{i}]": 0.0 for i in range(16)}
    values.update({f"level[{i}]": level for i, level in enumerate(levels)})
    values.update({f"pitch[{i}]": float(pitch) for i, pitch in enumerate([*pitches, *[0] * (16 - len(pitches))])})
    return values


def test_the_pattern_is_played_on_the_songs_grid(factory):
    values = pattern([1.0, 0.0, 0.5], [0, 0, 7])
    played = table(factory("step_sequencer"), [], until=beats(8), values=values)
    assert played == [
        (0, 1, 48, 127, STEP // 2),
        (2 * STEP, 1, 55, 64, STEP // 2),
        (4 * BEAT, 1, 48, 127, STEP // 2),
        (4 * BEAT + 2 * STEP, 1, 55, 64, STEP // 2),
    ]


def test_fewer_steps_and_another_rate(factory):
    values = {**pattern([1.0]), "steps": 3, "rate": 1}
    played = table(factory("step_sequencer"), [], until=beats(6), values=values)
    assert [note[0] for note in played] == [0, 3 * BEAT // 2, 6 * BEAT // 2, 9 * BEAT // 2]


def test_every_second_step_swings(factory):
    values = {**pattern([1.0] * 16), "swing": 0.25}
    played = table(factory("step_sequencer"), [], until=beats(1), values=values)
    assert [note[0] for note in played] == [0, STEP + STEP // 4, 2 * STEP, 3 * STEP + STEP // 4]


def test_a_song_started_within_a_bar_has_the_steps_of_that_place(factory):
    # From beat 2.3 on: the next line is 2.5, step 10.
    start = TransportChange(time=1000, playing=True, beat=2.3)
    stop = TransportChange(time=1000 + BEAT, playing=False)
    values = pattern([i / 16 for i in range(16)])
    played = table(factory("step_sequencer"), [start, stop], playing=False, until=beats(4), values=values)
    first = 1000 + BEAT // 5
    assert [(note[0], note[3]) for note in played] == [
        (first, round(127 * 10 / 16)),
        (first + STEP, round(127 * 11 / 16)),
        (first + 2 * STEP, round(127 * 12 / 16)),
        (first + 3 * STEP, round(127 * 13 / 16)),
    ]


def test_held_keys_carry_the_pattern_on_their_channel(factory):
    events = [on(10, 60, channel=3), on(10, 72, channel=3), *up(BEAT, [60, 72], channel=3)]
    values = pattern([1.0, 0.0, 1.0, 0.0, 1.0], [0, 0, -12])
    played = table(factory("step_sequencer"), events, until=beats(2), values=values)
    assert [note[:3] for note in played] == [(0, 1, 48), (2 * STEP, 3, 48), (2 * STEP, 3, 60), (4 * STEP, 1, 48)]


def test_while_stopped_keys_sound(factory):
    assert table(factory("step_sequencer"), key(5, 60, 10), playing=False) == [(5, 1, 60, 100, 10)]


def test_a_step_drawn_while_it_plays_is_heard_the_next_time_round(factory):
    draw = ParameterChange(time=BEAT, id="level[3]", value=1.0)
    played = table(factory("step_sequencer"), [draw], until=beats(8), values=pattern([]))
    assert [note[0] for note in played] == [4 * BEAT + 3 * STEP]


def test_the_table_is_saved(factory):
    # What the user drew is there in the next session: the host keeps the values of the panel, by id.
    script = Script(FACTORY / "step_sequencer.py")
    script.run([], until=beats(1))
    drawn = {one["id"] for one in script._parameters if one["owner"] in ("level", "pitch")}
    assert drawn == {f"{name}[{i}]" for name in ("level", "pitch") for i in range(16)}
    again = notes(script.run([], until=beats(1), values=pattern([0.0, 1.0])))
    assert [note.time for note in again] == [STEP]


def test_what_would_lie_beyond_the_keyboard_is_left_out(factory):
    values = {**pattern([1.0, 1.0], [12, -12]), "key": 120}
    assert [note[2] for note in table(factory("step_sequencer"), [], until=beats(1), values=values)] == [108]
