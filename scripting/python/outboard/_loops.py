"""What a script does over and over: `@every(beats(1))` and `@live_loop("bass")`."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Callable, Coroutine, TypeVar

from . import _active
from ._errors import LoadError
from ._functions import check_function, place_of
from ._handler import Handler
from ._position import Alarm
from ._tasks import Task
from ._time import Time
from ._waits import Grid, grid
from ._wire import LOOP_OVER, WARNING

if TYPE_CHECKING:
    from ._runtime import Runtime

EveryFn = TypeVar("EveryFn", bound=Callable[[], object])
LoopFn = TypeVar("LoopFn", bound=Callable[[], Coroutine[Any, Any, None]])


class Loop:
    """Something that begins when the script becomes live, or with the song."""

    def __init__(self, transport: bool) -> None:
        self.transport = transport

    def begin(self, rt: Runtime) -> None:
        raise NotImplementedError

    def end(self, rt: Runtime) -> None:
        raise NotImplementedError


class EveryLoop(Loop):
    """Runs a function on the lines of the grid. A run that is still busy skips its turn."""

    def __init__(self, fn: Callable[[], object], lines: Grid, transport: bool) -> None:
        super().__init__(transport)
        self.handler = Handler(fn, None, None)
        self.lines = lines
        self.run: Task | None = None
        self.alarm: Alarm | None = None
        #: Turns that were skipped because the run before was still busy.
        self.skipped = 0

    def begin(self, rt: Runtime) -> None:
        if self.alarm is not None:
            self.alarm.token = -1
        self.alarm = Alarm(lambda alarm: self._turn(rt, alarm))
        self.alarm.place_beat(rt.here_in_beats())
        rt.aim_at_grid(self.alarm, self.lines, including=True)
        rt.schedule(self.alarm, 0)

    def stop(self) -> None:
        """No more turns; one that runs goes on."""
        if self.alarm is not None:
            self.alarm.token = -1

    def end(self, rt: Runtime) -> None:
        self.stop()
        if self.run is not None and not self.run.done:
            rt.cancel(self.run)

    def _turn(self, rt: Runtime, alarm: Alarm) -> None:
        at = alarm.copy()
        rt.aim_at_grid(alarm, self.lines)
        rt.schedule(alarm, 0)
        if self.run is not None and not self.run.done:
            self.skipped += 1
            if self.skipped == 1:
                text = f"{self.handler.name} was still busy when its next turn came: that turn is skipped"
                rt.write(WARNING, text, *place_of(self.handler.fn))
            return
        self.run = rt.run_at(self.handler, at)


class LiveLoop(Loop):
    """Runs an async function again as soon as it has ended."""

    def __init__(self, name: str, transport: bool) -> None:
        super().__init__(transport)
        self.name = name
        self.task: Task | None = None

    def begin(self, rt: Runtime, due: float | None = None) -> None:
        """With `due`, a sample before this one: its first round was to begin there, and later ones make up for it."""
        if self.task is not None and not self.task.done:
            rt.cancel(self.task)
        task = Task(f"live_loop {self.name!r}", self._rounds(rt))
        task.place_beat(rt.here_in_beats() if due is None or due >= rt.now else rt.clock.beat_of(due))
        task.channel = rt.first_channel
        self.task = task
        rt.add_task(task)
        rt.schedule_now(task)

    def end(self, rt: Runtime) -> None:
        if self.task is not None and not self.task.done:
            rt.cancel(self.task)

    async def _rounds(self, rt: Runtime) -> None:
        task = self.task
        assert task is not None
        while True:
            before = task.token
            await rt.live_loops[self.name]()
            if rt.leaving:
                rt.out.append((LOOP_OVER, rt.now, list(rt.live_loops).index(self.name)))
                return
            if task.token == before:
                raise RuntimeError(f"live_loop {self.name!r} went round without a wait: await some time in it")


def _check_loading(what: str, fn: Callable[[], object]) -> Runtime:
    check_function(fn, what)
    rt = _active.current()
    if not rt.loading:
        raise RuntimeError(f"{what} belongs at module level: loops are fixed once the script is loaded")
    return rt


def every(step: Time, transport: bool = False) -> Callable[[EveryFn], EveryFn]:
    """Decorator: runs the function on every line of the song's grid, from when the script becomes live.

    A run that is still busy skips its turn. With `transport=True` it follows play and stop.
    """
    lines = grid(step)

    def decorate(fn: EveryFn) -> EveryFn:
        _check_loading("@every", fn).loops.append(EveryLoop(fn, lines, transport))
        return fn

    return decorate


def live_loop(name: str, transport: bool = False) -> Callable[[LoopFn], LoopFn]:
    """Decorator: runs the async function again and again, from when the script becomes live.

    Every round must wait for something. With `transport=True` it follows play and stop.
    """
    if not isinstance(name, str):
        raise TypeError(f'a live loop needs a name: @live_loop("bass"), not {name!r}')

    def decorate(fn: LoopFn) -> LoopFn:
        rt = _check_loading("@live_loop", fn)
        if not inspect.iscoroutinefunction(fn):
            raise LoadError(f"@live_loop({name!r}) needs an async def", *place_of(fn))
        if name in rt.live_loops:
            raise LoadError(f"two live loops are called {name!r}: give one of them another name", *place_of(fn))
        rt.live_loops[name] = fn
        rt.loops.append(LiveLoop(name, transport))
        return fn

    return decorate
