"""Section 3: time."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import BEAT, on
from outboard import Time, bars, beats, ms, note_value, samples, seconds
from outboard._clock import round_sample
from outboard.testing import TransportChange, notes

FEW = (None, 64, 441)


def test_times_add_subtract_multiply_and_divide():
    assert beats(1) + beats(2) == beats(3)
    assert 2 * ms(10) == ms(10) * 2 == ms(20)
    assert beats(1) / 4 - beats(0.25) == samples(0)
    assert -beats(1) == beats(-1)
    assert beats(1) + ms(1) != beats(1)
    assert hash(beats(2)) == hash(beats(1) + beats(1))
    assert repr(beats(1) + ms(20)) == "seconds(0.02) + beats(1)"
    assert repr(samples(0)) == "samples(0)"


def test_note_values():
    assert note_value("1/4") == beats(1)
    assert note_value("1/8") == beats(0.5)
    assert note_value("1/16.") == beats(0.375)
    assert note_value("3/4") == beats(3)
    assert 3 * note_value("1/8t") == beats(1)
    for bad in ("1/0", "0/4", "quarter", "1/8x", "", "1"):
        with pytest.raises(ValueError, match="not a note value"):
            note_value(bad)


@pytest.mark.parametrize(
    "what",
    [
        lambda: ms(1) + 1,
        lambda: 1 + ms(1),
        lambda: ms(1) - 1,
        lambda: 1 - ms(1),
        lambda: ms(1) * ms(1),
        lambda: ms("1"),
        lambda: 1 / ms(1),
        lambda: None + ms(1),
    ],
)
def test_wrong_arithmetic_raises_type_error(what):
    with pytest.raises(TypeError):
        what()


def test_times_are_finite():
    for bad in (float("inf"), float("nan")):
        with pytest.raises(ValueError, match="finite"):
            ms(bad)
        with pytest.raises(ValueError, match="finite"):
            ms(1) * bad


@pytest.mark.parametrize(
    "call", ["await 5", "play(60, duration=1)", "send(e, after=1)", "grid(1)", "e.forward().release(after=3)"]
)
def test_a_bare_number_raises_type_error(bench, call):
    b = bench(f"@on.note\nasync def n(e):\n    {call}")
    b.play([on(0, 60)])
    assert "TypeError" in b.errors[0] and ("ms(20)" in b.errors[0] or "grid(" in b.errors[0] or "await" in call)


def test_half_up_with_a_tolerance_of_a_ten_thousandth():
    assert [round_sample(x) for x in (0.4998, 0.49991, 0.5, 1.5, 2.5, -0.5, -0.6)] == [0, 1, 1, 2, 3, 0, -1]


def test_a_beat_is_a_quarter_note_in_every_time_signature(bench):
    b = bench("@on.start\nasync def s():\n    await beats(1)\n    say(now())\n    await bars(1)\n    say(now())")
    b.play(blocks=FEW, until=beats(8), time_signature=(6, 8))
    assert b.printed == ["24000", "96000"]


def test_bars_read_the_signature_when_awaited(bench):
    b = bench(
        """
        bar = bars(1)
        @on.start
        async def s():
            for _ in range(3):
                await bar
                say(now())
        """
    )
    b.play([TransportChange(time=BEAT, time_signature=(3, 4))], blocks=FEW, until=beats(12))
    # The first bar was under way; the next ones have three beats.
    assert b.printed == [str(4 * BEAT), str(7 * BEAT), str(10 * BEAT)]


LOOPS = [
    ("beats", 1 / 3, 3000),
    ("beats", 0.1, 5000),
    ("ms", 7.3, 4000),
    ("samples", 0.1, 9000),
    ("seconds", 1 / 7, 70),
]
LINES = """
@on.start
async def s():
    while True:
        await grid(beats(1))
        say(now(), transport.beat)
"""


@pytest.mark.parametrize("unit, x, n", LOOPS)
@pytest.mark.parametrize("tempo", [120, 97.3, 144])
def test_n_waits_of_x_end_where_one_wait_of_n_x_ends(bench, unit, x, n, tempo):
    b = bench(
        f"""
        async def many():
            await samples(0.3)
            for _ in range({n}): await {unit}({x!r})
            say(now())
        async def one():
            await samples(0.3)
            await {unit}({n} * {x!r})
            say(now())
        @on.start
        def s():
            spawn(many)
            spawn(one)
        """
    )
    b.play(blocks=(None,), until=seconds(3600), tempo=tempo)
    assert len(b.printed) == 2 and b.printed[0] == b.printed[1]


def test_after_an_hour_a_loop_is_on_the_grid(bench):
    b = bench(
        """
        @on.start
        async def s():
            for i in range(3 * 5400): await note_value("1/8t")
            for i in range(3 * 5400): await beats(1/3)
            say(now(), transport.beat)
            await grid(beats(1))
            say(now())
        """
    )
    b.play(blocks=(None,), until=beats(10802))
    assert b.printed[0].split()[0] == str(10800 * BEAT)
    assert float(b.printed[0].split()[1]) == pytest.approx(10800, abs=1e-9)
    assert b.printed[1] == str(10801 * BEAT)


@settings(deadline=None, derandomize=True, database=None)
@given(st.lists(st.floats(0.01, 3.0), min_size=1, max_size=30), st.floats(30, 300))
def test_the_sum_of_waits_is_exact(waits, tempo):
    from fractions import Fraction

    from outboard._position import Position
    from outboard._schedule import Schedule

    schedule = Schedule(44100.0)
    schedule.clock.set_point(0.0, 0.0, 0.0, tempo, True, 4, 4, 0.0, 0)
    p = Position()
    for wait in waits * 50:
        schedule.aim(p, beats(wait))
    exact = sum(map(Fraction, waits)) * 50
    assert abs(Fraction(p.hi) + Fraction(p.lo) - exact) < Fraction(1, 10**18)


def test_only_what_leaves_is_rounded_half_up(bench):
    b = bench(
        """
        @on.start
        async def s():
            for i in range(6):
                play(60 + i, duration=samples(0.5))
                await samples(2.5)
        """
    )
    assert [(n.time, n.length) for n in notes(b.play())] == [(0, 1), (3, 0), (5, 1), (8, 0), (10, 1), (13, 0)]


def test_pending_waits_in_beats_follow_tempo_changes(bench):
    b = bench(
        """
        @on.start
        async def s():
            await beats(1)
            say(now())
            await beats(1)
            say(now())
            await beats(1)
            say(now())
        """
    )
    # Half of the second beat at 120, half at 60; the third at 60.
    b.play([TransportChange(time=1.5 * BEAT, tempo=60)], blocks=FEW, until=beats(12))
    assert b.printed == [str(BEAT), str(BEAT + 12000 + 24000), str(BEAT + 36000 + 48000)]


def test_a_position_in_beats_stays_exact_over_tempo_changes(bench):
    changes = [TransportChange(time=1000.7 * i, tempo=60 + 7 * i) for i in range(1, 30)]
    b = bench(
        """
        async def many():
            for _ in range(50): await beats(0.1)
            say(now())
        async def one():
            await beats(5)
            say(now())
        @on.start
        def s():
            spawn(many)
            spawn(one)
        """
    )
    b.play(changes, blocks=FEW, until=beats(6))
    assert len(b.printed) == 2 and b.printed[0] == b.printed[1]


def test_mixed_waits_count_samples_first_then_beats(bench):
    b = bench("@on.start\nasync def s():\n    await (beats(1) + samples(24000))\n    say(now())\n")
    b.play([TransportChange(time=24000, tempo=60)], blocks=FEW, until=beats(12))
    assert b.printed == [str(24000 + 48000)]
    b.play([TransportChange(time=36000, tempo=60)], blocks=FEW, until=beats(12))
    assert b.printed == [str(24000 + 12000 + 24000)]


def test_what_a_mixed_wait_subtracts_is_counted_first(bench):
    b = bench(
        """
        @on.start
        async def s():
            await samples(24000)
            await (beats(1) - samples(12000))
            say(now())
            await (samples(24000) - beats(0.5))
            say(now())
            await (samples(100) - beats(9))
            await (beats(1) - samples(99999))
            await samples(-5)
            say(now())
        """
    )
    b.play(blocks=FEW, until=beats(12))
    assert b.printed == ["36000", "48000", "48000"]


def test_now_is_the_sample_of_the_running_event_or_task(bench):
    b = bench("@on.note\nasync def n(e):\n    say(now(), e.time)\n    await samples(7)\n    say(now())")
    b.play([on(13, 60)])
    assert b.printed == ["13 13", "20"]


def test_grid_waits_for_the_next_line_strictly_after_now(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            for _ in range(3):
                await grid(note_value("1/4"))
                say(now(), transport.beat)
        """
    )
    b.play([on(BEAT, 60)], blocks=FEW, until=beats(6))
    assert b.printed == ["48000 2.0", "72000 3.0", "96000 4.0"]


def test_odd_lines_are_late_by_swing_times_step(bench):
    b = bench(
        """
        @on.start
        async def s():
            for _ in range(6):
                await grid(beats(0.5), swing=0.25)
                say(transport.beat)
        """
    )
    b.play(blocks=FEW, until=beats(6))
    assert b.printed == ["0.625", "1.0", "1.625", "2.0", "2.625", "3.0"]


def test_while_stopped_lines_count_from_when_the_script_became_live(bench):
    b = bench("@on.note\nasync def n(e):\n    while True:\n        await grid(beats(1))\n        say(now())")
    b.play([on(100, 60)], blocks=FEW, until=beats(3), playing=False)
    assert b.printed == ["24000", "48000"]


def test_seek_loop_start_and_stop_recompute_the_lines(bench):
    b = bench(LINES)
    b.play([TransportChange(time=30000, beat=7.5)], blocks=FEW, until=beats(3))
    assert b.printed == ["24000 1.0", f"{30000 + 12000} 8.0", f"{30000 + 36000} 9.0"]
    # A loop from beat 2 to beat 0: the line there is played once.
    b.play([TransportChange(time=48000, beat=0.0)], blocks=FEW, until=beats(4))
    assert b.printed == ["24000 1.0", "48000 0.0", "72000 1.0"]
    # The same at a fractional sample, either side of the rounding.
    for fraction in (0.3, 0.5, 0.7):
        start = [TransportChange(time=fraction, beat=0.0), TransportChange(time=48000 + fraction, beat=0.0)]
        b.play(start, blocks=FEW, until=beats(3.5))
        assert [float(line.split()[1]) for line in b.printed] == pytest.approx([0.0, 1.0, 0.0, 1.0])
    b.play(
        [TransportChange(time=1000, playing=True), TransportChange(time=30000, playing=False)],
        blocks=FEW,
        until=beats(3),
        playing=False,
    )
    assert b.printed == ["1000 0.0", "25000 1.0", f"48000 {29000 / 24000}"]


def test_a_tempo_change_leaves_the_lines_where_they_are_in_beats(bench):
    b = bench(LINES)
    b.play([TransportChange(time=12000, tempo=60)], blocks=FEW, until=beats(5))
    assert b.printed == ["36000 1.0", "84000 2.0"]


@pytest.mark.parametrize("bad", ["grid(ms(20))", "grid(beats(0))", "grid(beats(1), swing=0.6)", "grid(beats(-1))"])
def test_a_grid_needs_a_step_in_beats(bench, bad):
    b = bench(f"@on.start\nasync def s():\n    await {bad}")
    b.play()
    assert len(b.errors) == 1 and "ValueError" in b.errors[0] and bad in b.errors[0]


def test_times_are_plain_values():
    assert isinstance(bars(1), Time)
    assert (bars(1) + beats(1)) * 2 == bars(2) + beats(2)


def test_drift_4480_waits_of_a_quarter_beat_at_112_bpm(bench):
    b = bench(
        """
        @on.start
        def start():
            spawn(quarters)

        async def quarters():
            for _ in range(4480):
                play(60, duration=beats(1 / 16))
                await beats(1 / 4)
        """
    )
    heard = notes(b.play(blocks=(None, 441, 1024), until=beats(1120), tempo=112))
    step = Fraction(48000 * 60, 112 * 4)
    assert [note.time for note in heard] == [floor(k * step + Fraction(1, 2)) for k in range(4480)]
