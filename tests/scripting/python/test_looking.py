"""Section 7, the small tools: `watch` and `@profile`; and `midi.channel`, `now`."""

from __future__ import annotations

import json

import pytest

from conftest import PRELUDE_LINES
from helpers import BEAT, cc, on
from outboard import _child, samples
from outboard._wire import INFO, SHOW, WATCH
from test_child import POINT, START, load, no_script_left as no_script_left


def note(time: int, key: int) -> tuple[object, ...]:
    return (1, time, time + 1, 0, 0, 0x90, key, 100, 0)


def lines(b):  # type: ignore[no-untyped-def]
    return [line.text for line in b.script.log if line.level in (INFO, WATCH)]


def test_watch_tells_a_value_with_its_line(bench):
    b = bench("@on.note\ndef n(e): watch('key', e.key)")
    b.play([on(0, 60)])
    assert lines(b) == ["key = 60"]
    assert (b.script.log[0].file, b.path.read_text().splitlines()[b.script.log[0].line - 1]) == (
        str(b.path), "def n(e): watch('key', e.key)"
    )  # fmt: skip


def test_watch_tells_what_changed_at_most_four_times_a_second_and_then_what_it_was_last(bench):
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


def test_watch_of_a_value_that_went_back_tells_nothing_new(bench):
    b = bench("@on.cc\ndef c(e): watch('v', e.value7)")
    b.play([cc(0, 1, 5), cc(1, 1, 6), cc(2, 1, 5)], until=samples(BEAT))
    assert lines(b) == ["v = 5"]


def test_watch_needs_a_name(bench):
    b = bench("@on.start\ndef s(): watch(3, 4)")
    b.play()
    assert "watch takes a name" in b.errors[0]


def test_the_window_gets_the_newest_value_of_each_name_that_has_changed(tmp_path):
    source = "@on.note\ndef n(e):\n    for i in range(1000): watch('i', i)\n    watch('key', e.key)\n    watch('long', 'x' * 999)\n"
    load(tmp_path, source)
    answer = _child.run_block(0, 64, [POINT, START, note(0, 60)])
    assert answer[3] & SHOW
    assert json.loads(_child.show())["watched"] == [["i", "999"], ["key", "60"], ["long", "x" * 200]]
    assert _child.show() == "" and not _child.run_block(64, 64, [])[3] & SHOW
    _child.run_block(128, 64, [note(128, 60)])
    assert "watched" in json.loads(_child.show()), "i went from 999 to 0 and back"
    _child.run_block(192, 64, [note(192, 61)])
    assert json.loads(_child.show())["watched"][-1] == ["key", "61"]


def test_what_a_script_watches_before_it_is_live_is_shown_then(tmp_path):
    load(tmp_path, "watch('version', 3)\n")
    assert _child.run_block(0, 64, [POINT, START])[3] & SHOW
    assert json.loads(_child.show())["watched"] == [["version", "3"]]


def test_more_names_than_can_be_shown_are_told_of_once(bench):
    b = bench("@on.start\ndef s():\n    for i in range(100): watch(f'n{i}', i)\n    watch('n3', 'new')\n    watch('n70', 'new')")
    b.play(until=samples(BEAT))
    assert lines(b) == [*(f"n{i} = {i}" for i in range(64)), "n3 = new"]
    (warning,) = [line.text for line in b.script.log if line.level == 3]
    assert warning == "watch shows 64 names: 'n64' and those after it are left out"


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
