"""Where the runtime takes a shorter way for what comes all the time, it does what the long way does."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import BEAT, cc, off, on
from outboard import ControlChange, Knob, NoteChoke, NoteOff, NoteOn, PitchBend, bars, beats, samples, seconds
from outboard._schedule import Schedule
from outboard._tasks import Task
from outboard.testing import Panic, ParameterChange, TransportChange, assert_no_hanging_notes, notes


async def nothing() -> None:
    pass


def waiting(at: float, in_beats: bool, tempo: float) -> tuple[Schedule, Task]:
    schedule = Schedule(48000.0)
    schedule.clock.set_point(0.0, 0.0, 0.0, tempo, True, 3, 4, 0.0, 0)
    coroutine = nothing()
    task = Task("t", coroutine)
    coroutine.close()
    if in_beats:
        task.place_beat(at)
    else:
        task.place(at)
    return schedule, task


numbers = st.sampled_from([0.0, -0.0, -1.5, 1 / 3, 0.1, 7.25, 1e-9, 1e300])


@settings(deadline=None, derandomize=True, database=None)
@given(numbers, numbers, numbers, numbers, st.floats(0, 1e6), st.booleans(), st.floats(30, 300))
def test_a_wait_is_aimed_and_scheduled(some_samples, some_seconds, some_beats, some_bars, at, in_beats, tempo):
    time = samples(some_samples) + seconds(some_seconds) + beats(some_beats) + bars(some_bars)
    found = []
    for at_once in (True, False):
        schedule, task = waiting(at, in_beats, tempo)
        task.rest, task.grid = 1.0, None
        if at_once:
            schedule.wait_for(task, time)
        else:
            schedule.aim(task, time)
            schedule.schedule(task, task.token)
        queued = [[entry[:2] for entry in queue] for queue in (schedule.by_sample, schedule.by_beat)]
        found.append((task.hi, task.lo, task.in_beats, task.rest, task.grid, queued))
    assert found[0] == found[1]


def test_values_of_events_of_ones_own_stay_in_the_range_of_midi():
    for value in (-1e9, -0.5, -0.001, 0, 0.0, 0.004, 0.5, 1, 1.0, 1.001, 7.0):
        assert NoteOn(key=1, velocity=value).velocity7 == min(max(round(value * 127), 1), 127)
        assert NoteOff(key=1, velocity=value).velocity7 == min(max(round(value * 127), 0), 127)
        assert ControlChange(cc=1, value=value).value7 == min(max(round(value * 127), 0), 127)
        assert PitchBend(value=value).value14 == min(max(round(value * 8192) + 8192, 0), 16383)


def test_numbers_of_other_types_are_taken_as_before(bench):
    b = bench(
        """
        import numpy as np
        from fractions import Fraction
        @on.start
        def s():
            play(np.int64(60), np.float64(0.5), duration=samples(1), channel=np.int64(2), tuning=np.float64(0.25))
            play(True, True, duration=samples(1), channel=True, tuning=True)
            play(61, np.float32(0.5), duration=samples(np.float64(2)) * np.float64(2))
        """
    )
    heard = b.play()
    assert len(b.errors) == 1 and "velocity is a number, not 0.5" in b.errors[0]  # a float32 is no float
    assert [(n.channel, n.key, n.velocity7) for n in notes(heard)] == [(2, 60, 64), (1, 1, 127)]
    assert [e.tuning for e in heard if isinstance(e, NoteOn)] == [0.25, 1.0]


@pytest.mark.parametrize("factor", ["math.nan", "math.inf", "10 ** 400"])
def test_a_product_that_is_no_time_raises(factor):
    with pytest.raises((ValueError, OverflowError)):
        beats(1) * eval(factor)
    with pytest.raises(TypeError):
        beats(1) * "2"  # type: ignore[operator]
    assert beats(2) * True == beats(2) and 3 * beats(2) == beats(6)
    assert math.isfinite(hash(beats(1) * 0.5))


def test_presses_of_one_key_come_and_go_in_order(bench):
    b = bench("@on.note\ndef n(e): e.forward()\n@on.release\ndef r(e): say(now(), e.note_id, len(held))")
    presses = [on(0, 60, 10), on(1, 60, 20), off(2, 60), off(3, 60), off(4, 60), on(5, 60, 30), on(6, 60, 40)]
    heard = b.play([*presses, Panic(time=7), off(8, 60), on(9, 60, 50), off(10, 60)])
    assert [(n.time, n.velocity7, n.length) for n in notes(heard)] == [
        (0, 10, 2), (1, 20, 2), (5, 30, 2), (6, 40, 1), (9, 50, 1),
    ]  # fmt: skip
    assert [line.split()[0] for line in b.printed] == ["2", "3", "4", "8", "10"]
    assert [line.split()[2] for line in b.printed] == ["1", "0", "0", "0", "0"]
    assert [line.split()[1] for line in b.printed][2:4] == ["-1", "-1"]


def test_who_waits_for_a_key_press_and_who_does_no_longer(bench):
    b = bench(
        """
        async def waits(e, name, patience):
            await wait_any(e.released(), samples(patience))
            say(name, now())
        async def follows(v):
            await v.ended()
            say("voice", now())
        @on.note
        async def n(e):
            v, w = e.forward(), play(70)
            for name, patience in (("a", 500), ("b", 20), ("c", 500)): spawn(waits, e, name, patience)
            spawn(follows, v)
            spawn(follows, w)
            await e.released()
            say("handler", now())
        """
    )
    b.play([on(0, 60), off(100, 60)])
    assert b.printed == ["b 20", "handler 100", "a 100", "c 100", "voice 100", "voice 100"]


def test_a_handler_is_given_what_is_none_or_nothing(bench):
    b = bench(
        """
        knob, file, toggle = Knob("K", 0.5), FileDrop("F"), Toggle("T", True)
        @knob.changed
        def k(value): say("knob", value)
        @file.changed
        def f(path): say("file", path)
        @toggle.changed
        def t(): say("toggle", toggle.value)
        """
    )
    b.play([ParameterChange(time=5, id="k", value=0.0), ParameterChange(time=6, id="t", value=0.0)])
    assert b.printed == ["knob 0.0", "toggle False"] and not b.errors


def test_where_a_loop_stands_is_nothing_to_the_handlers_after_it(bench):
    b = bench(
        """
        @every(beats(0.001))
        def turn(): play(50, duration=beats(0.0001))
        @on.note
        def n(e): play(60, duration=samples(30))
        """
    )
    heard = b.play([on(101, 60), off(140, 60)], until=samples(200))
    assert [(n.time, n.length) for n in notes(heard) if n.key == 60] == [(101, 30)]
    assert [n.time for n in notes(heard) if n.key == 50][:4] == [0, 24, 48, 72] and BEAT == 24000


def test_voices_are_not_made_by_hand(bench):
    b = bench("@on.start\ndef s(): Voice()")
    b.play()
    assert "a voice is what play and forward return" in b.errors[0]


def test_what_held_gives_is_the_authors_own_and_new_with_every_key(bench):
    b = bench(
        """
        def tell(what):
            for group in held, held.on(1), held.on(2), held.within("C3:C4"), held.on(1).within(60):
                group.by_pitch.clear()
                group.by_time.reverse()
                sorted(group.by_time + group.by_pitch, key=lambda press: -press.key).clear()
                assert [p.key for p in group] == [p.key for p in group.by_time]
                assert len(group) == len(group.by_pitch) and bool(group) == (len(group) > 0)
                assert group.top is (max(group, key=lambda press: press.key) if group else None)
            say(now(), what, [p.key for p in held.by_pitch], [p.key for p in held.on(2).by_time],
                [p.key for p in held.within("C3:C4").by_time])
        @on.note
        def n(e): tell("on")
        @on.release
        def r(e): tell("off")
        @on.cc
        def c(e): tell("cc")
        """
    )
    events = [on(0, 64), on(1, 60), on(2, 90, channel=2), cc(3, 1, 1), off(4, 64), NoteChoke(time=5, channel=1, key=60)]
    b.play([*events, cc(6, 1, 1), on(7, 61), Panic(time=8), cc(9, 1, 1)])
    assert not b.errors
    assert b.printed == [
        "0 on [64] [] [64]",
        "1 on [60, 64] [] [64, 60]",
        "2 on [60, 64, 90] [90] [64, 60]",
        "3 cc [60, 64, 90] [90] [64, 60]",
        "4 off [60, 90] [90] [60]",
        "6 cc [90] [90] []",
        "7 on [61, 90] [90] [61]",
        "9 cc [] [] []",
    ]


def test_who_goes_on_while_keys_move_sees_the_keys_as_they_were(bench):
    b = bench(
        """
        @on.start
        async def s():
            await samples(10)
            for press in held:
                await samples(10)
                say(now(), press.key)
            say(now(), len(held))
        """
    )
    b.play([on(0, 60), on(1, 64), off(15, 60), on(16, 67)])
    assert b.printed == ["20 60", "30 64", "30 2"]


@pytest.mark.parametrize("tempo", [30.0, 300.0])
def test_a_cancelled_task_releases_all_of_many_voices_that_still_sound(bench, tempo):
    b = bench(
        """
        async def plays(e):
            for number in range(80):
                play(number % 128, duration=(samples, lambda n: beats(n / 24000))[number % 2](3 * number))
                if number % 10 == 0: play(100, hold=True)
                if number % 10 == 5: play(101, until=e)
                await samples(1)
            await seconds(9)
        @on.note
        async def n(e):
            task = spawn(plays, e)
            await samples(150)
            task.cancel()
        """
    )
    events = [on(0, 60), TransportChange(time=70, tempo=tempo), off(9000, 60)]
    heard = b.play(events, until=samples(10000))
    assert_no_hanging_notes(heard)
    played = notes(heard)
    assert len(played) == 96 and max(n.time + n.length for n in played) == 150
    assert [n.length for n in played if n.key == 40] == [110] and [n.length for n in played if n.key == 20] == [60]


def test_a_value_is_a_property_with_a_docstring():
    assert isinstance(Knob.value, property) and Knob.value.__doc__ == "The value now."
