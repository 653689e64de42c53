"""Section 7, the small tools: `watch` and `@profile`; and `midi.channel`, `now`."""

from __future__ import annotations

import pytest

from conftest import PRELUDE_LINES
from helpers import BEAT, cc, on
from outboard import samples


def lines(b):  # type: ignore[no-untyped-def]
    return [line.text for line in b.script.log if line.level == 2]


def test_watch_shows_a_value_on_the_console_with_its_line(bench):
    b = bench("@on.note\ndef n(e): watch('key', e.key)")
    b.play([on(0, 60)])
    assert lines(b) == ["key = 60"]
    assert (b.script.log[0].file, b.path.read_text().splitlines()[b.script.log[0].line - 1]) == (
        str(b.path), "def n(e): watch('key', e.key)"
    )  # fmt: skip


def test_watch_shows_what_changed_at_most_four_times_a_second_and_then_what_it_was_last(bench):
    b = bench(
        """
        @on.start
        async def s():
            for i in range(100):
                watch("i", i)
                watch("same", "x")
                await ms(10)
        """
    )
    b.play(until=samples(3 * BEAT), blocks=(None, 64, 1024))
    shown = [int(line.split(" = ")[1]) for line in lines(b) if line.startswith("i = ")]
    assert shown == [0, 24, 49, 74, 99]
    assert [line for line in lines(b) if line.startswith("same")] == ["same = x"]


def test_watch_of_a_value_that_went_back_shows_nothing_new(bench):
    b = bench("@on.cc\ndef c(e): watch('v', e.value7)")
    b.play([cc(0, 1, 5), cc(1, 1, 6), cc(2, 1, 5)], until=samples(BEAT))
    assert lines(b) == ["v = 5"]


def test_watch_needs_a_name(bench):
    b = bench("@on.start\ndef s(): watch(3, 4)")
    b.play()
    assert "watch takes a name" in b.errors[0]


@pytest.mark.parametrize("head, wait", [("def", ""), ("async def", "    await ms(1)\n")])
def test_profile_reports_once_a_second_how_often_and_how_long(bench, head, wait):
    b = bench(f"@on.note\n@profile\n{head} n(e):\n    '''Doc.'''\n{wait}    e.forward()\n")
    heard = b.play([on(i * 1000, 60) for i in range(30)], until=samples(3 * BEAT), blocks=(64,))
    assert len(heard) == 30 and b.errors == []
    (line,) = lines(b)
    assert line.startswith("profile n: 30 calls, ") and "longest stretch" in line
    assert b.path.read_text().splitlines()[b.script.log[0].line - 1].startswith(("@profile", "@on.note", head))


def test_profile_leaves_what_the_function_does_as_it_was(bench):
    b = bench(
        """
        @profile
        async def value(x):
            await samples(3)
            return x
        @profile
        def fails(): raise ValueError("as ever")
        @on.start
        async def s():
            say(await value(5), now())
            task = spawn(forever)
            await samples(1)
            task.cancel()
            fails()
        @profile
        async def forever():
            try:
                await seconds(9)
            finally:
                say("cancelled", now())
        """
    )
    b.play(until=samples(BEAT))
    assert b.printed == ["5 3", "cancelled 4"]
    assert len(b.errors) == 1 and "as ever" in b.errors[0]


def test_a_load_error_names_the_line_of_a_function_under_profile(bench):
    b = bench("@on.note\ndef a(e): pass\n@on.note\n@profile\ndef b(e): pass")
    with pytest.raises(Exception, match="two functions take") as error:
        b.play()
    assert error.value.line == PRELUDE_LINES + 3


def test_midi_channel_has_the_state_of_one_channel(bench):
    b = bench(
        """
        @on.note
        def n(e):
            say(midi.channel(3).cc[1] * 127, midi.channel(4).cc[1], midi.cc[1] * 127, midi.channel(3).program)
        """
    )
    b.play([cc(0, 1, 5, channel=3), on(1, 60)])
    assert b.printed == ["5.0 0.0 5.0 0"]


def test_now_is_the_sample_of_the_running_event_or_task(bench):
    b = bench("@on.note\nasync def n(e):\n    say(now(), e.time)\n    await samples(7)\n    say(now())")
    b.play([on(13, 60)])
    assert b.printed == ["13 13", "20"]
