"""Tasks: `async` functions that run beside the events and wait."""

from __future__ import annotations

from _thread import get_ident
from typing import TYPE_CHECKING, Callable, Coroutine, TypeVar, Union, overload

from . import _active
from ._position import Alarm, Context
from ._time import Time
from ._waits import Grid, Wait

if TYPE_CHECKING:
    from ._runner import Runner
    from ._voices import Voice

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
W = TypeVar("W", bound=Union[Wait[None], Wait[object]])

Running = Coroutine[object, None, object]


class Cancelled(BaseException):
    """Raised at the `await` of a task that was cancelled. `finally` may play, but not wait."""


class Task(Context):
    """A running `async` function: what `spawn` returns."""

    __slots__ = ("name", "coroutine", "resume", "waits_for", "done", "cancelled", "started", "last", "resumes", "owes", "leaves")

    def __init__(self, name: str, coroutine: Running) -> None:
        Context.__init__(self)  # not through super(), which is slow, and this is for every event of an async handler
        self.name: str = name
        self.coroutine: Running = coroutine
        # What is sent in is the result of the await: None for most, a value for `received` and `wait_any`.
        self.resume: Callable[[object], object] = coroutine.send  # type: ignore[assignment]
        #: What it waits for, unless that is a plain time.
        self.waits_for: Wait[object] | None = None
        self.done: bool = False
        self.cancelled: bool = False
        self.started: bool = False
        self.last: int = -1
        self.resumes: int = 0
        self.voices: list[Voice] | None = []
        #: It has an event that it may still forward.
        self.owes: bool = False
        #: Another script has taken over: this ends when it has acted.
        self.leaves: bool = False

    def cancel(self) -> None:
        """Raises `Cancelled` at the task's `await`, after what is running now; its voices are released."""
        rt = _active.current()
        if not self.done and not self.cancelled:
            rt.cancel(self)

    def __repr__(self) -> str:
        state = "done" if self.done else "cancelled" if self.cancelled else "running"
        return f"<Task {self.name!r}, {state}>"


@overload
def spawn(fn: Callable[[], Running], *, name: str | None = None, replace: bool = False) -> Task:
    ...


@overload
def spawn(fn: Callable[[A], Running], a: A, /, *, name: str | None = None, replace: bool = False) -> Task:
    ...


@overload
def spawn(fn: Callable[[A, B], Running], a: A, b: B, /, *, name: str | None = None, replace: bool = False) -> Task:
    ...


@overload
def spawn(
    fn: Callable[[A, B, C], Running], a: A, b: B, c: C, /, *, name: str | None = None, replace: bool = False
) -> Task:
    ...


@overload
def spawn(
    fn: Callable[[A, B, C, D], Running], a: A, b: B, c: C, d: D, /, *, name: str | None = None, replace: bool = False
) -> Task:
    ...


def spawn(fn: Callable[..., Running], *args: object, name: str | None = None, replace: bool = False) -> Task:
    """Starts `fn(*args)`, an `async` function, as a task beside this one. It begins after the events of this sample.

    With a `name`, nothing happens while a task of that name runs; with `replace=True` that one is cancelled.
    """
    rt = _active.runtime
    if rt is None or rt.ctx is None or get_ident() != rt.thread:
        raise _active.outside("spawn")
    if name is not None:
        running = rt.named.get(name)
        if running is not None and not running.cancelled:
            if not replace:
                return running
            rt.cancel(running)
    if isinstance(fn, Coroutine):
        fn.close()
        raise TypeError("spawn takes the function and its arguments apart: spawn(f, 1), not spawn(f(1))")
    coroutine = fn(*args) if callable(fn) else None
    if not isinstance(coroutine, Coroutine):
        raise TypeError(f"spawn takes an async function and its arguments, not {fn!r}")
    task = Task(name or str(getattr(fn, "__name__", "task")), coroutine)
    ctx = rt.ctx
    task.place_like(ctx)
    task.channel = ctx.channel
    task.port = ctx.port
    rt.add_task(task)
    if name is not None:
        rt.named[name] = task
    rt.schedule_now(task)
    return task


class WaitAny(Wait[W]):
    """The wait of `wait_any`."""

    __slots__ = ("_waits", "_alarms")

    def __init__(self, waits: tuple[W, ...]) -> None:
        self._waits = waits
        self._alarms: list[Alarm | None] = []

    def _arm(self, rt: Runner, task: Task) -> None:
        token = task.token

        def resume(_: Alarm) -> None:
            if task.token == token and not task.done:
                rt.step(task)

        self._alarms = []
        for wait in self._waits:
            alarm = None
            if isinstance(wait, (Time, Grid)):
                alarm = Alarm(resume)
                alarm.place_like(task)
                if isinstance(wait, Time):
                    rt.aim(alarm, wait)
                else:
                    rt.aim_at_grid(alarm, wait)
                rt.schedule(alarm, 0)
            else:
                wait._arm(rt, task)
            self._alarms.append(alarm)

    def _first(self, rt: Runner) -> int:
        for number, (wait, alarm) in enumerate(zip(self._waits, self._alarms)):
            if alarm is not None:
                if alarm.rest == 0.0 and alarm.due <= rt.now:
                    return number
            elif wait._fired(rt):
                return number
        return -1

    def _fired(self, rt: Runner) -> bool:
        return self._first(rt) >= 0

    def _settle(self, rt: Runner, task: Task) -> W:
        first = self._first(rt)
        winner, alarm = self._waits[first], self._alarms[first]
        if alarm is not None:
            task.place_like(alarm)
        else:
            winner._settle(rt, task)
        self._disarm(rt, task)
        return winner

    def _disarm(self, rt: Runner, task: Task) -> None:
        for wait, alarm in zip(self._waits, self._alarms):
            if alarm is not None:
                alarm.token = -1
            else:
                wait._disarm(rt, task)


def wait_any(*waits: W) -> WaitAny[W]:
    """Waits for whichever comes first, and gives that one: `if await wait_any(up, pause) is up: …`.

    What comes at the same sample counts in the order of the arguments.
    """
    if not waits:
        raise TypeError("wait_any needs something to wait for")
    for wait in waits:
        if not isinstance(wait, Wait):
            raise TypeError(
                "wait_any takes what can be awaited, such as ms(20), e.released() or received('name'), "
                f"not {type(wait).__name__}"
            )
    return WaitAny(waits)
