"""What a script does wrong, and what then happens."""

from __future__ import annotations

import pytest

from helpers import cc, off, on, short
from outboard import seconds
from outboard.testing import assert_no_hanging_notes, notes


@pytest.mark.parametrize("before", ["pass", "spawn(t)", "say(1)"])
@pytest.mark.parametrize("head", ["def", "async def"])
def test_an_exception_forwards_the_event_if_its_handler_had_done_nothing_yet(bench, before, head):
    b = bench(f"async def t(): pass\n@on.any\n{head} n(e):\n    {before}\n    1/0")
    heard = b.play([on(0, 60), cc(3, 1, 1), off(5, 60, 9)])
    assert short(heard) == [(0, "on", 60, 100), (3, "cc", 1, 1), (5, "off", 60, 9)]
    assert len(b.errors) == 3 and "ZeroDivisionError" in b.errors[0]


@pytest.mark.parametrize(
    "before", ["e.forward(key=61)", "play(61)", "send(ControlChange(cc=1, value=0))", "send(e, after=ms(1))"]
)
@pytest.mark.parametrize("head", ["def", "async def"])
def test_not_if_it_had_forwarded_played_or_sent(bench, before, head):
    b = bench(f"@on.note\n{head} n(e):\n    {before}\n    1/0")
    heard = b.play([on(0, 60), off(5, 60)])
    assert (0, "on", 60, 100) not in short(heard)
    assert len(b.errors) == 1


def test_not_if_it_had_awaited_then_only_the_task_dies(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            play(70)
            await samples(3)
            if e.key == 60: 1/0
            say("lives", e.key)
        """
    )
    heard = b.play([on(0, 60), on(1, 61), off(10, 60), off(10, 61)])
    assert [(n.key, n.length) for n in notes(heard)] == [(70, 10), (70, 9)]
    assert b.printed == ["lives 61"] and len(b.errors) == 1


def test_an_exception_in_a_task_ends_that_task_only(bench):
    b = bench(
        """
        @on.start
        def s():
            spawn(bad, name="x")
            spawn(good)
        async def bad():
            play(60, duration=samples(50))
            await samples(5)
            raise SystemExit
        async def good():
            await samples(10)
            say("good", spawn(bad, name="x"))
        """
    )
    assert [n.length for n in notes(b.play())] == [50, 50]
    assert b.printed == ["good <Task 'x', running>"] and len(b.errors) == 2


def test_the_traceback_shows_the_script_only(bench):
    b = bench("@on.note\nasync def n(e):\n    await ms(1)\n    inner(e)\ndef inner(e):\n    e.forward(key='x')")
    b.play([on(0, 60)])
    line = next(line for line in b.script.log if line.level == 4)
    source = b.path.read_text().splitlines()
    assert source[line.line - 1].strip() == "e.forward(key='x')" and line.file == str(b.path)
    assert "outboard/_" not in line.text and "inner(e)" in line.text
    assert line.text.endswith("TypeError: key is a whole number 0..127, not 'x'")


def test_twenty_exceptions_in_a_second_bypass_the_script(bench):
    b = bench(
        """
        @on.start
        def s():
            spawn(t)
            play(99, hold=True)
        async def t():
            while True:
                await ms(1)
                say(now())
        @on.note
        def n(e): 1/0
        @on.cc
        def c(e): pass
        """
    )
    events = [cc(0, 1, 1)] + [e for i in range(25) for e in (on(10 * i + 1, 60), off(10 * i + 5, 60))] + [cc(250, 1, 1)]
    heard = b.play(events)
    assert len(b.errors) == 21
    assert b.errors[20] == "bypassed after 20 errors within a second: everything passes"
    assert [n.length for n in notes(heard)] == [191] + [4] * 25  # what it held ends; the event passes
    assert short(heard)[-1] == (250, "cc", 1, 1)
    assert b.printed == ["48", "96", "144"]
    assert_no_hanging_notes(heard)


def test_nineteen_do_not(bench):
    b = bench("@on.note\ndef n(e): 1/0")
    events = [e for i in range(60) for e in (on(2600 * i, 60), off(2600 * i + 5, 60))]
    b.play(events, blocks=(None, 441), until=seconds(4))
    assert len(b.errors) == 60


def test_log_lines_have_their_level_file_and_line(bench):
    b = bench("@on.start\ndef s():\n    log.debug('a', 1)\n    log.info('b')\n    log.warning('c')\n    log.error('d')")
    b.play()
    first = b.path.read_text().splitlines().index("    log.debug('a', 1)") + 1
    assert [tuple(line) for line in b.script.log] == [
        (i + 1, text, str(b.path), first + i) for i, text in enumerate(["a 1", "b", "c", "d"])
    ]


@pytest.mark.parametrize("call", ["play(60)", "held.top", "now()", "Knob('x', 0.5)"])
def test_outside_of_any_script_a_sentence_says_so(call):
    import outboard

    with pytest.raises(RuntimeError, match="script is running|module level"):
        eval(call, vars(outboard))
