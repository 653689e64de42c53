"""Looking inside a running script: `watch("name", value)` and `@profile`."""

from __future__ import annotations

import functools
import inspect
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Callable, Coroutine, Generator, TypeVar, cast

from . import _active
from ._errors import caller
from ._functions import place_of
from ._position import Alarm
from ._wire import INFO, WARNING, WATCH

if TYPE_CHECKING:
    from ._runner import Runner
    from ._runtime import Runtime

F = TypeVar("F", bound=Callable[..., object])

#: A value has a line at most as often as this, in seconds of song time.
BETWEEN_LINES = 0.25
#: Names that are shown, and characters of a value (`scripting/panel_news.h` has the same).
MOST_WATCHED = 64
MOST_SHOWN = 200
BETWEEN_REPORTS = 1.0


class Line:
    """A line that is written again when it has changed, but not too often."""

    __slots__ = ("shown", "written", "text", "next")

    def __init__(self) -> None:
        #: The value alone, as the window has it.
        self.shown: str | None = None
        self.written = ""
        self.text = ""
        #: The first sample at which it may be written again.
        self.next = 0

    def show(self, rt: Runner, text: str, file: str, line: int, seconds: float) -> None:
        waits = self.text != self.written
        self.text = text
        if rt.now >= self.next:
            self._write(rt, file, line, seconds)
        elif not waits and text != self.written:
            alarm = Alarm(lambda alarm: self._write(rt, file, line, seconds))
            alarm.place(self.next)
            rt.schedule(alarm, 0)

    def _write(self, rt: Runner, file: str, line: int, seconds: float) -> None:
        if self.text != self.written:
            self.written = self.text
            self.next = rt.now + int(seconds * rt.clock.sample_rate)
            rt.write(WATCH, self.text, file, line)


def watch(name: str, value: object) -> None:
    """Shows a value live, below the track's controls: under each name what it was last. Without a window it is a line
    `name = value` whenever it has changed, at most four times a second. At most 64 names."""
    rt = _active.current()
    if not isinstance(name, str):
        raise TypeError(f"watch takes a name, a str, and a value, not {name!r}")
    line = rt.watched_lines.get(name) or _new_line(rt, name)
    if line is None:
        return
    shown = (f"{value:.6g}" if isinstance(value, float) else str(value))[:MOST_SHOWN]
    if line.shown != shown:
        line.shown = rt.panel.watched[name] = shown
    line.show(rt, f"{name} = {shown}", *caller(), BETWEEN_LINES)


def _new_line(rt: Runtime, name: str) -> Line | None:
    """The line of a name that is new; none if there are too many, which is told once."""
    if len(rt.watched_lines) < MOST_WATCHED:
        return rt.watched_lines.setdefault(name, Line())
    if not rt.watched_too_many:
        rt.watched_too_many = True
        rt.write(WARNING, f"watch shows {MOST_WATCHED} names: {name!r} and those after it are left out", *caller())
    return None


class Spent:
    """Time that a function has taken since the last report."""

    __slots__ = ("fn", "calls", "total", "longest")

    def __init__(self, fn: Callable[..., object]) -> None:
        self.fn = fn
        self.clear()

    def clear(self) -> None:
        self.calls = 0
        self.total = 0
        self.longest = 0

    def add(self, ns: int, ended: bool) -> None:
        """One run, or one stretch of it between two awaits."""
        if self.calls == 0 and self.total == 0:
            self._report_later()
        self.calls += ended
        self.total += ns
        self.longest = max(self.longest, ns)

    def _report_later(self) -> None:
        running = _active.runtime
        if running is None or running.ctx is None or _active.elsewhere(running):
            return
        rt: Runner = running
        alarm = Alarm(lambda alarm: self._report(rt))
        alarm.place(rt.now + int(BETWEEN_REPORTS * rt.clock.sample_rate))
        rt.schedule(alarm, 0)

    def _report(self, rt: Runner) -> None:
        name = getattr(self.fn, "__name__", "it")
        text = (
            f"profile {name}: {self.calls} calls, {self.total / 1e6:.3f} ms in all, "
            f"longest stretch {self.longest / 1e3:.1f} µs"
        )
        rt.write(INFO, text, *place_of(self.fn))
        self.clear()


class Timed:
    """Drives a coroutine from one await to the next and takes the time between them."""

    __slots__ = ("_coroutine", "_spent")

    def __init__(self, coroutine: Coroutine[Any, Any, object], spent: Spent) -> None:
        self._coroutine = coroutine
        self._spent = spent

    def __await__(self) -> Generator[Any, Any, object]:
        value: object = None
        error: BaseException | None = None
        while True:
            ended = True
            began = perf_counter_ns()
            try:
                wait = self._coroutine.send(value) if error is None else self._coroutine.throw(error)
                ended = False
            except StopIteration as done:
                return done.value
            finally:
                self._spent.add(perf_counter_ns() - began, ended)
            error = None
            try:
                value = yield wait
            except BaseException as raised:
                error = raised


def profile(fn: F) -> F:
    """Decorator: reports once a second on the console how often the function was called and how long it ran, without the
    time in which it waited. Goes below the decorator of a handler."""
    if not callable(fn):
        raise TypeError(f"@profile goes before a function, not {fn!r}")
    spent = Spent(fn)
    if inspect.iscoroutinefunction(fn):

        @functools.wraps(fn)
        async def timed(*args: object, **kwargs: object) -> object:
            return await Timed(cast(Coroutine[Any, Any, object], fn(*args, **kwargs)), spent)

        return cast(F, timed)

    @functools.wraps(fn)
    def measured(*args: object, **kwargs: object) -> object:
        began = perf_counter_ns()
        try:
            return fn(*args, **kwargs)
        finally:
            spent.add(perf_counter_ns() - began, True)

    return cast(F, measured)
