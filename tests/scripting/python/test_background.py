"""Section 3: `background`, `call_soon`, other threads, and what blocks."""

from __future__ import annotations

import sys
import threading
import time

import pytest

from conftest import PRELUDE_LINES
from helpers import off, on, short
from outboard import _active, _child, samples

POINT = (32, 0, 0.0, 0.0, 0.0, 120.0, 0, 4, 4, 0.0, 0)


@pytest.fixture
def live(bench):  # type: ignore[no-untyped-def]
    """A script as the child runs it in real time, block by block; work in the background runs in threads."""

    class Live:
        def load(self, source):  # type: ignore[no-untyped-def]
            self.path = bench(source).path
            assert "error" not in _child.load(str(self.path), {"sample_rate": 48000.0})
            self.rt = _active.runtime
            self.said = []
            self.asked = threading.Event()
            self.rt.write = lambda level, text, file, line: self.said.append((level, text, line))
            self.rt.call_me = self.asked.set
            self.at = 0
            self.block([POINT, (34, 0)])

        def block(self, records=()):  # type: ignore[no-untyped-def]
            out = _child.run_block(self.at, 64, list(records))
            self.at += 64
            return out[0]

        def when_asked(self):  # type: ignore[no-untyped-def]
            assert self.asked.wait(20), "nobody asked for a call"
            self.asked.clear()
            return self.block()

        @property
        def printed(self):  # type: ignore[no-untyped-def]
            return [text for level, text, _ in self.said if level == 0]

        @property
        def errors(self):  # type: ignore[no-untyped-def]
            return [text for level, text, _ in self.said if level == 4]

    yield Live()
    _active.runtime = _active.of_threads = None


# ---- background -----------------------------------------------------------------------------------------------------


def test_background_runs_blocking_work_and_gives_what_it_returns(bench):
    b = bench(
        """
        import threading
        main = threading.get_ident()
        def work(a, b=0):
            return a + b, threading.get_ident() != main
        @on.start
        async def s():
            say(await background(work, 1, b=2))
        """
    )
    b.play()
    assert b.printed == ["(3, True)"]


def test_offline_background_takes_no_song_time(bench):
    b = bench(
        """
        import time
        def work(x):
            time.sleep(0.005)
            return x
        @on.note
        async def n(e):
            await samples(7.5)
            x = await background(work, e.key)
            say(now(), x)
            await samples(7.5)
            play(x, duration=samples(1))
        """
    )
    heard = b.play([on(0, 60), on(3, 62)])
    assert b.printed == ["8 60", "11 62"]
    assert [row[:3] for row in short(heard) if row[1] == "on"] == [(15, "on", 60), (18, "on", 62)]


def test_in_real_time_background_resumes_at_the_next_block(live):
    live.load(
        """
        import threading
        go = threading.Event()
        @on.start
        async def s():
            say("waits", now())
            say(await background(go.wait, 10), now())
            await samples(10)
            say("on the grid of that block", now())
        """
    )
    for _ in range(3):
        live.block()
    assert live.printed == ["waits 0"] and not live.asked.is_set()
    sys.modules[f"script_{live.path.stem}"].go.set()
    live.when_asked()
    assert live.printed == ["waits 0", "True 256", "on the grid of that block 266"]


def test_an_exception_in_background_comes_out_at_the_await(bench):
    b = bench(
        """
        def fails(): raise ValueError("no such table")
        @on.start
        async def s():
            try:
                await background(fails)
            except ValueError as error:
                say("caught", error)
            await background(fails)
        """
    )
    b.play()
    assert b.printed == ["caught no such table"]
    assert len(b.errors) == 1 and "ValueError: no such table" in b.errors[0]


def test_a_cancelled_task_does_not_go_on_when_its_background_ends(live):
    live.load(
        """
        import threading
        go = threading.Event()
        async def waits():
            try:
                await background(go.wait, 10)
                say("never")
            finally:
                say("cancelled", now())
        @on.start
        async def s():
            task = spawn(waits)
            await samples(10)
            task.cancel()
        """
    )
    assert live.printed == ["cancelled 10"]
    sys.modules[f"script_{live.path.stem}"].go.set()
    live.when_asked()
    assert live.printed == ["cancelled 10"] and live.errors == []


def test_wait_any_gives_a_background_with_its_value(bench):
    b = bench(
        """
        def work(): return 5
        @on.start
        async def s():
            job, pause = background(work), samples(9)
            first = await wait_any(pause, job)
            say(first is job, job.value)
        """
    )
    b.play()
    assert b.printed == ["True 5"]


def test_what_runs_in_background_cannot_play(bench):
    b = bench(
        """
        def work(): play(60, duration=samples(1))
        @on.start
        async def s(): await background(work)
        """
    )
    assert b.play() == [] and "play cannot be used from another thread" in b.errors[0]


def test_background_takes_the_function_and_its_arguments_apart(bench):
    b = bench("def f(): pass\n@on.start\nasync def s(): await background(f())")
    b.play()
    assert "background(f, 1)" in b.errors[0]


def test_a_background_that_runs_wakes_an_idle_script_only_once(live):
    live.load("def work(): return 1\n@on.start\nasync def s(): say(await background(work))")
    live.when_asked()
    assert live.printed == ["1"]
    for _ in range(3):
        live.block()
    assert not live.asked.is_set() and not live.rt.arrived


# ---- call_soon ------------------------------------------------------------------------------------------------------


def test_call_soon_from_another_thread_calls_at_the_next_block_where_it_may_play(live):
    live.load(
        """
        import threading
        def soon():
            say(now())
            play(60, duration=samples(5))
        @on.start
        def s(): threading.Thread(target=lambda: call_soon(soon)).start()
        """
    )
    at = live.at
    out = live.when_asked()
    assert [record[:2] for record in out] == [(1, at)]
    assert live.printed == [str(at)] and live.errors == []


def test_what_call_soon_calls_stands_at_the_first_sample_before_that_blocks_events_and_after_what_came_before(live):
    live.load(
        """
        import threading
        @on.start
        def s(): threading.Thread(target=call_soon, args=(lambda: say("soon", now()),)).start()
        @on.cc
        def c(e): say("event", e.time)
        """
    )
    assert live.asked.wait(20)
    at = live.at
    live.block([(4, at - 10, 1, 0, 0, 0xB0, 1, 1, 2), (4, at, 2, 0, 0, 0xB0, 1, 1, 0), (4, at + 9, 3, 0, 0, 0xB0, 1, 1, 0)])
    assert live.printed == [f"soon {at}", f"event {at}", f"event {at + 9}"]


def test_call_soon_on_the_scripts_own_thread_is_called_after_the_events_of_this_sample(bench):
    b = bench(
        """
        @on.note
        def n(e):
            call_soon(lambda: say("soon", now()))
            say("event", e.key)
        """
    )
    b.play([on(5, 60), on(5, 61)])
    assert b.printed == ["event 60", "event 61", "soon 5", "soon 5"]


def test_an_async_function_given_to_call_soon_becomes_a_task(live):
    live.load(
        """
        import threading
        async def soon():
            await samples(3)
            say(now())
        @on.start
        def s(): threading.Thread(target=call_soon, args=(soon,)).start()
        """
    )
    at = live.at
    live.when_asked()
    assert live.printed == [str(at + 3)]


def test_what_call_soon_calls_reports_its_errors(live):
    live.load("import threading\n@on.start\ndef s(): threading.Thread(target=call_soon, args=(lambda: 1 / 0,)).start()")
    live.when_asked()
    assert "ZeroDivisionError" in live.errors[0]


def test_call_soon_at_module_level_raises(bench):
    with pytest.raises(RuntimeError, match="module level"):
        bench("call_soon(print)").play()


# ---- other threads --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        "play(60, hold=True)",
        "send(ControlChange(cc=1, value=0))",
        "spawn(task)",
        "emit('x')",
        "all_notes_off()",
        "EVENT.forward()",
        "len(held)",
        "midi.cc[1]",
        "transport.tempo",
        "key_down(60)",
        "now()",
        "watch('x', 1)",
    ],
)
def test_from_other_threads_only_print_log_and_call_soon(bench, call):
    b = bench(
        f"""
        import threading
        async def task(): pass
        def other():
            global EVENT
            log.info("logged")
            try:
                {call}
            except RuntimeError as error:
                log.info(error)
        @on.note
        def n(e):
            global EVENT
            EVENT = e
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
        """
    )
    assert b.play([on(0, 60), off(9, 60)], blocks=(None,)) == []
    lines = [line.text for line in b.script.log if line.level == 2]
    assert lines[0] == "logged"
    assert len(lines) == 2 and "from another thread, where only print, log and call_soon work" in lines[1]


# ---- what blocks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call, what",
    [
        ("time.sleep(0)", "time.sleep blocks n"),
        ("open(__file__).close()", "opening a file blocks n"),
        ("os.listdir('/')", "reading a folder blocks n"),
        ("subprocess.run(['true'])", "starting a program blocks n"),
        ("socket.getaddrinfo('localhost', 1)", "the network blocks n"),
    ],
)
@pytest.mark.parametrize("head", ["def", "async def"])
def test_time_sleep_and_blocking_io_are_logged_with_their_line_once(bench, call, what, head):
    b = bench(f"import encodings.idna, os, socket, subprocess, time\n@on.note\n{head} n(e):\n    {call}\n")
    b.play([on(0, 60), on(5, 61)])
    warnings = [(line.text.split(",")[0], line.line) for line in b.script.log if line.level == 3]
    assert warnings == [(what, PRELUDE_LINES + 4)]
    assert {line.file for line in b.script.log} == {str(b.path)}


def test_blocking_at_module_level_and_in_background_is_nobodys_business(bench):
    b = bench(
        """
        import time
        time.sleep(0)
        open(__file__).close()
        @on.start
        async def s(): await background(time.sleep, 0)
        """
    )
    b.play()
    assert b.script.log == []


def test_describing_an_error_does_not_count_as_blocking(bench):
    b = bench("import json\n@on.start\nasync def s():\n    await samples(1)\n    json.loads('x')")
    b.play()
    assert [line.level for line in b.script.log] == [4]


# ---- the helper process ---------------------------------------------------------------------------------------------


@pytest.fixture
def helper(monkeypatch):  # type: ignore[no-untyped-def]
    """The helper as the child has it, forked from this interpreter."""
    import os
    import types

    from outboard import _helper

    pids = []

    def fork_helper():  # type: ignore[no-untyped-def]
        pid = os.fork()
        pids.append(pid)
        return pid

    monkeypatch.setitem(sys.modules, "_outboard_host", types.SimpleNamespace(fork_helper=fork_helper))
    lines = []
    worker = _helper.start(lambda *line: lines.append(line))
    worker.pids, worker.lines = pids, lines
    yield worker
    if worker._connection is not None:
        worker._connection.close()
    os.waitpid(pids[0], 0)


def ask(worker, fn, *args):  # type: ignore[no-untyped-def]
    from outboard._background import Work

    outcomes, done = [], threading.Event()
    worker.submit(Work(fn, args, {}, lambda outcome: (outcomes.append(outcome), done.set())))
    assert done.wait(20)
    return outcomes[0]


def test_the_helper_computes_in_its_own_process_and_gives_large_things_back(helper):
    import os

    assert ask(helper, os.getpid).value == helper.pids[0]
    assert len(ask(helper, bytes, 5_000_000).value) == 5_000_000


def fails(text):  # type: ignore[no-untyped-def]
    raise KeyError(text)


def test_an_exception_in_the_helper_has_the_traceback_from_there(helper):
    error = ask(helper, fails, "x").error
    assert isinstance(error, KeyError) and "in fails" in str(error.__cause__)


def test_an_exception_that_cannot_be_pickled_comes_as_its_words(helper):
    assert "Odd: 1" in str(ask(helper, raises_odd).error)


class Odd(Exception):
    def __init__(self, a, b):  # type: ignore[no-untyped-def]
        super().__init__(a)


def raises_odd():  # type: ignore[no-untyped-def]
    raise Odd(1, 2)


def test_what_cannot_be_pickled_runs_in_a_thread(helper):
    import os

    assert ask(helper, lambda: os.getpid()).value == os.getpid()


def test_print_in_the_helper_reaches_the_console(helper):
    ask(helper, print, "hello")
    assert [line[:2] for line in helper.lines] == [(0, "hello")]


def test_a_helper_that_dies_is_told_and_what_follows_runs_in_a_thread(helper):
    import os

    assert "has ended" in str(ask(helper, os._exit, 3).error)
    assert ask(helper, os.getpid).value == os.getpid()


def test_what_was_cancelled_before_it_began_is_not_run(helper):
    from outboard._background import Work

    ran, done = [], threading.Event()
    helper.submit(Work(time.sleep, (0.05,), {}, lambda outcome: None))
    waiting = Work(lambda: ran.append(1), (), {}, lambda outcome: None)
    waiting.cancelled = True
    helper.submit(waiting)
    helper.submit(Work(done.set, (), {}, lambda outcome: None))
    assert done.wait(20) and ran == []


def test_a_script_that_names_background_or_the_package_has_a_helper(tmp_path):
    from outboard._background import uses_background
    from outboard._load import execute
    from outboard._runtime import Runtime

    for number, (source, expected) in enumerate(
        [
            ("from outboard import on", False),
            ("from outboard import background", True),
            ("import outboard", True),
            (f"import helping{tmp_path.name.replace('-', '_')}", True),
        ]
    ):
        (tmp_path / f"helping{tmp_path.name.replace('-', '_')}.py").write_text("from outboard import background as b")
        path = tmp_path / f"names{number}.py"
        path.write_text(source)
        if expected is False:
            pass
        module = execute(Runtime(str(path), lambda *line: None), str(path))
        assert uses_background(module) is expected, source
        for name in [name for name in sys.modules if name.startswith(("script_names", "helping"))]:
            del sys.modules[name]
    _active.runtime = _active.of_threads = None


def test_a_background_with_arguments_that_are_late_is_not_started_before_its_await(bench):
    b = bench(
        """
        ran = []
        @on.start
        async def s():
            job = background(ran.append, 1)
            await samples(5)
            say(ran)
            await job
            say(ran)
        """
    )
    b.play()
    assert b.printed == ["[]", "[1]"]
