"""Section 3: tasks, and what they wait for."""

from __future__ import annotations

import pytest

from helpers import BEAT, cc, off, on, short
from outboard import beats, samples
from outboard.testing import Panic, TransportChange, notes

FEW = (None, 64, 441)


def test_spawn_does_nothing_while_one_of_that_name_runs(bench):
    b = bench(
        """
        @on.note
        def n(e): say(spawn(t, e.key, name="one") is spawn(t, e.key, name="one"))
        async def t(key):
            say("begin", key)
            await samples(10)
            say("end", key)
        """
    )
    b.play([on(0, 60), on(5, 61), on(10, 62), on(11, 63)])
    # At sample 10 the events come first: the first one still runs.
    assert b.printed == ["True", "begin 60", "True", "True", "end 60", "True", "begin 63", "end 63"]


def test_replace_cancels_the_one_that_runs(bench):
    b = bench(
        """
        @on.note
        def n(e): spawn(t, e.key, name="one", replace=True)
        async def t(key):
            try:
                say("begin", key)
                await samples(10)
                say("end", key)
            except Cancelled:
                say("cancelled", key)
                raise
        """
    )
    b.play([on(0, 60), on(5, 61), on(5, 62)])
    # 61 was replaced before it had begun.
    assert b.printed == ["begin 60", "cancelled 60", "begin 62", "end 62"]


@pytest.mark.parametrize("what", ["spawn(t())", "spawn(3)", "spawn(print)", "spawn(t, 1)"])
def test_spawn_takes_an_async_function_and_its_arguments(bench, what):
    b = bench(f"async def t(): pass\n@on.start\ndef s(): {what}")
    b.play()
    assert len(b.errors) == 1 and "TypeError" in b.errors[0]


def test_cancel_raises_cancelled_at_the_await_and_finally_may_play(bench):
    b = bench(
        """
        @on.start
        async def s():
            task = spawn(t)
            await samples(20)
            task.cancel()
            task.cancel()
            say("after cancel", task)
            await samples(1)
            say(task)
        async def t():
            try:
                await beats(9)
            except Exception:
                say("not an Exception")
            finally:
                say("finally", now())
                play(60, duration=samples(5))
        """
    )
    assert notes(b.play()) == [(20, 1, 60, 102, 5)]
    assert b.printed == ["after cancel <Task 't', cancelled>", "finally 20", "<Task 't', done>"]
    assert b.errors == []


def test_finally_may_not_await(bench):
    b = bench(
        """
        @on.start
        async def s():
            task = spawn(t)
            await samples(20)
            task.cancel()
        async def t():
            try: await beats(9)
            finally:
                await ms(1)
                say("never")
        """
    )
    b.play()
    assert b.printed == [] and len(b.errors) == 1 and "a cancelled task cannot wait" in b.errors[0]


def test_a_task_may_cancel_itself(bench):
    b = bench(
        """
        @on.start
        def s():
            global me
            me = spawn(t)
        async def t():
            try:
                me.cancel()
                say("still here", now())
                await ms(1)
                say("never")
            finally: say("finally", now())
        """
    )
    b.play()
    assert b.printed == ["still here 0", "finally 0"]


def test_a_task_that_was_cancelled_before_it_began_does_not_begin(bench):
    b = bench("@on.start\ndef s(): spawn(t).cancel()\nasync def t(): say('never')")
    b.play()
    assert b.printed == [] and b.errors == []


def test_cancelled_in_a_mixed_wait(bench):
    b = bench(
        """
        @on.start
        async def s():
            task = spawn(t)
            await samples(20)
            task.cancel()
        async def t():
            try: await (beats(1) + samples(500))
            finally: say("finally", now())
        """
    )
    b.play(until=beats(3), blocks=FEW)
    assert b.printed == ["finally 20"]


def test_wait_any_returns_the_one_that_fired(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            up, pause = e.released(), samples(100)
            say(now(), "up" if await wait_any(up, pause) is up else "pause")
            say(now())
        """
    )
    b.play([on(0, 60), on(10, 61), off(50, 60), off(200, 61)])
    assert b.printed == ["0 up", "50", "10 pause", "110"]


def test_ties_in_argument_order(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            up, a, b = e.released(), samples(50), samples(50)
            fired = await (wait_any(a, b, up) if e.key == 60 else wait_any(up, b, a))
            say([name for name, w in (("up", up), ("a", a), ("b", b)) if w is fired])
        """
    )
    b.play([on(0, 60), on(0, 61), off(50, 60), off(50, 61)])
    assert b.printed == ["['a']", "['up']"]


def test_wait_any_keeps_the_exact_position_and_forgets_what_did_not_fire(bench):
    b = bench(
        """
        async def many():
            for _ in range(1000): await wait_any(received("never"), beats(1/3000), seconds(100))
            say(now(), transport.beat)
        async def one():
            await beats(1/3)
            say(now(), transport.beat)
        @on.start
        def s():
            spawn(many)
            spawn(one)
        """
    )
    b.play(blocks=FEW, until=beats(1))
    assert [line.split()[0] for line in b.printed] == ["8000", "8000"]


def test_wait_any_takes_grids_voices_signals_and_itself(bench):
    b = bench(
        """
        @on.start
        async def s():
            line, end, signal = grid(beats(1)), play(60, duration=samples(30)).ended(), received("x")
            say((await wait_any(line, end, signal)) is end, now())
            await samples(5)
            inner = wait_any(signal, line)
            say((await wait_any(inner, beats(2))) is inner, now(), signal.value)
            say((await wait_any(line, beats(2))) is line, now())
        @on.note
        def n(e): emit("x", e.key)
        """
    )
    b.play([on(77, 60)], blocks=FEW, until=beats(2))
    assert b.printed == ["True 30", "True 77 60", "True 24000"]


@pytest.mark.parametrize("what", ["wait_any()", "wait_any(5)", "wait_any(print)"])
def test_wait_any_takes_waits(bench, what):
    b = bench(f"@on.start\nasync def s(): await {what}")
    b.play()
    assert "TypeError: wait_any" in b.errors[0]


def test_emit_reaches_all_who_wait_now_and_nobody_later(bench):
    b = bench(
        """
        @on.start
        def s():
            emit("x", 0)
            spawn(t, "a")
            spawn(t, "b")
        async def t(name):
            say(name, await received("x"), now())
            await samples(10)
            emit("y")
            say(name, await received("x"), now())
        @on.cc
        def c(e): emit("x", e.value7)
        """
    )
    b.play([cc(5, 1, 1), cc(7, 1, 2), cc(20, 1, 3)])
    assert b.printed == ["a 1 5", "b 1 5", "a 3 20", "b 3 20"]


def test_received_carries_the_exact_position(bench):
    b = bench(
        """
        @on.start
        async def s():
            spawn(t)
            for _ in range(4):
                await samples(0.4)
                emit("x")
        async def t():
            await received("x")
            await received("x")
            await samples(0.8)
            say(now())
            await samples(0.8)
            say(now())
        """
    )
    b.play()
    assert b.printed == ["2", "2"]  # 0.8 + 0.8 = 1.6, + 0.8 = 2.4


@pytest.mark.parametrize("foreign", ["asyncio.sleep(1)", "asyncio.sleep(0)", "asyncio.Event().wait()", "Odd()"])
def test_awaiting_anything_foreign_raises_a_sentence_that_names_ms(bench, foreign):
    b = bench(
        f"""
        import asyncio
        class Odd:
            def __await__(self): yield 5
        @on.note
        async def n(e):
            try: await {foreign}
            except TypeError as error: say(error)
            await samples(10)
            e.forward()
        """
    )
    assert notes(b.play([on(0, 60), off(5, 60)])) == [(10, 1, 60, 100, 5)]
    assert len(b.printed) == 1 and "await ms(20)" in b.printed[0]


def test_ten_thousand_resumes_at_one_sample_are_an_error_of_that_task_only(bench):
    b = bench(
        """
        count = 0
        @on.start
        def s():
            spawn(bad)
            spawn(good)
        async def bad():
            global count
            while True:
                await ms(0)
                count += 1
        async def good():
            for _ in range(9999): await ms(0)
            await samples(5)
            say("good", now(), count)
        """
    )
    b.play(blocks=FEW)
    assert len(b.errors) == 1 and "'bad' went on 10,000 times at one sample" in b.errors[0]
    assert b.printed[0].startswith("good 5")


def test_ten_thousand_resumes_also_when_it_waits_for_what_has_happened(bench):
    b = bench("@on.note\nasync def n(e):\n    while True: await e.released()")
    b.play([on(0, 60), off(5, 60)], blocks=FEW)
    assert len(b.errors) == 1 and "10,000 times" in b.errors[0]


def test_a_task_that_was_too_often_cannot_go_on(bench):
    b = bench(
        """
        @on.start
        async def s():
            while True:
                try: await ms(0)
                except RuntimeError: say("caught")
        """
    )
    b.play(blocks=FEW)
    assert b.printed == ["caught"] and len(b.errors) == 1


def test_panic_cancels_all_tasks(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            try: await beats(1)
            finally:
                say("finally", e.down, len(held))
                send(ControlChange(cc=1, value=1))
        @on.start
        def s(): spawn(t)
        async def t():
            await received("never")
        """
    )
    heard = b.play([on(0, 60), Panic(time=50), off(60, 60), on(70, 61), off(80, 61)])
    assert b.printed == ["finally True 1", "finally False 0"]  # the other one at the end of the run
    assert short(heard) == [(60, "off", 60, 64)]  # its press is forgotten


def test_every_runs_on_grid_lines_and_a_busy_run_skips_its_turn(bench):
    b = bench(
        """
        @every(beats(1))
        def tick(): say("tick", now(), transport.beat)
        @every(beats(2))
        async def slow():
            say("slow", now())
            await beats(3)
        """
    )
    b.play(blocks=FEW, until=beats(6.5))
    assert [line for line in b.printed if "tick" in line] == [f"tick {i * BEAT} {float(i)}" for i in range(7)]
    assert [line for line in b.printed if "slow" in line] == [f"slow {i * BEAT}" for i in (0, 4)]
    assert [line.text for line in b.script.log if line.level == 3] == [
        "slow was still busy when its next turn came: that turn is skipped"
    ]


def test_every_with_transport_follows_play_and_stop(bench):
    b = bench(
        """
        @every(beats(1), transport=True)
        async def song():
            say("song", now())
            try: await beats(0.75)
            finally: say("done", now())
        @every(beats(1))
        def always(): say("always", now())
        """
    )
    changes = [TransportChange(time=12000, playing=True), TransportChange(time=42000, playing=False)]
    b.play(changes, blocks=FEW, until=beats(3), playing=False)
    always = [line for line in b.printed if "always" in line]
    song = [line for line in b.printed if "always" not in line]
    assert song == ["song 12000", "done 30000", "song 36000", "done 42000"]
    assert always == [f"always {t}" for t in (0, 12000, 36000, 48000)]


def test_every_keeps_exact_positions(bench):
    b = bench("@every(beats(1/7))\ndef f():\n    play(60, duration=beats(1/7))")
    heard = notes(b.play(blocks=FEW, until=beats(3)))
    ends = [n.time + (n.length or 0) for n in heard]
    assert [n.time for n in heard][1:] == ends[:-1]


def test_live_loop_goes_round_and_round(bench):
    b = bench(
        """
        @live_loop("bass")
        async def bass():
            say(now())
            await beats(1)
        """
    )
    b.play(blocks=FEW, until=beats(3))
    assert b.printed == ["0", "24000", "48000"]


def test_a_live_loop_round_without_a_wait_is_an_error_of_that_task_only(bench):
    b = bench(
        """
        @live_loop("bad")
        async def bad(): pass
        @live_loop("good")
        async def good():
            say(now())
            await samples(100)
        """
    )
    b.play(blocks=FEW)
    assert len(b.errors) == 1 and "live_loop 'bad' went round without a wait" in b.errors[0]
    assert b.printed == ["0", "100", "200"]


def test_loops_begin_again_after_a_panic_with_the_next_note(bench):
    b = bench("@live_loop('a')\nasync def a():\n    say(now())\n    await samples(100)")
    b.play([Panic(time=110), on(250, 60), off(251, 60)], until=samples(400))
    assert b.printed == ["0", "100", "250", "350"]


@pytest.mark.parametrize(
    "source, sentence",
    [
        ("@live_loop('a')\nasync def a(): pass\n@live_loop('a')\nasync def b(): pass", "two live loops are called 'a'"),
        ("@live_loop('a')\ndef a(): pass", "needs an async def"),
        ("@every(beats(1))\ndef a(): yield", "is a generator"),
    ],
)
def test_loops_that_cannot_be_are_load_errors(bench, source, sentence):
    with pytest.raises(Exception, match=sentence) as error:
        bench(source).play()
    assert error.value.line > 0
