"""`await background(fn, *args)`: work that blocks or takes long, beside the music; and `call_soon`, the way back.

The work runs in a helper process: a thread in `sorted()` holds the GIL, and with it the script, for 12 ms and more. The
helper is a copy of the script's process from when the script had been read, so it has every function of the script; what
it changes stays there. What cannot be pickled (a lambda, an open file) runs in a thread instead. One piece of work runs
at a time, in the order of the calls.
"""

from __future__ import annotations

import functools
import os
import sys
import threading
from types import ModuleType
from typing import TYPE_CHECKING, Callable, Generator, Generic, ParamSpec, TypeVar

from . import _active
from ._position import Alarm
from ._waits import Wait

if TYPE_CHECKING:
    from ._runner import Runner
    from ._tasks import Task

P = ParamSpec("P")
R = TypeVar("R")


class Outcome:
    """What came of a piece of work."""

    __slots__ = ("value", "error")

    def __init__(self, value: object = None, error: BaseException | None = None) -> None:
        self.value: object = value
        self.error: BaseException | None = error


class Work:
    """One call, on its way to the helper and back."""

    __slots__ = ("fn", "args", "kwargs", "deliver", "cancelled")

    def __init__(
        self,
        fn: Callable[..., object],
        args: tuple[object, ...],
        kwargs: dict[str, object],
        deliver: Callable[[Outcome], None],
    ) -> None:
        self.fn: Callable[..., object] = fn
        self.args: tuple[object, ...] = args
        self.kwargs: dict[str, object] = kwargs
        self.deliver: Callable[[Outcome], None] = deliver
        #: Nobody waits for it any more: it is not begun. What has begun runs on to its end.
        self.cancelled: bool = False

    def run_here(self) -> Outcome:
        try:
            return Outcome(self.fn(*self.args, **self.kwargs))
        except BaseException as error:
            return Outcome(error=error)


class Worker:
    """Who does the work. This one, of `outboard.testing`, runs each piece in a thread."""

    def submit(self, work: Work) -> None:
        def run() -> None:
            if not work.cancelled:
                work.deliver(work.run_here())

        threading.Thread(target=run, name="background", daemon=True).start()


class Background(Wait[R], Generic[R]):
    """The wait of `background`. After `wait_any`, `.value` has the result, or raises what the work raised."""

    __slots__ = ("_fn", "_args", "_kwargs", "_work", "_outcome")

    def __init__(self, fn: Callable[..., R], args: tuple[object, ...], kwargs: dict[str, object]) -> None:
        self._fn = fn
        self._args = args
        self._kwargs = kwargs
        self._work: Work | None = None
        self._outcome: Outcome | None = None

    def __await__(self) -> Generator[Wait[R], object, R]:
        yield self
        return self.value

    @property
    def value(self) -> R:
        """What the function returned; what it raised is raised here."""
        outcome = self._outcome
        if outcome is None:
            raise RuntimeError("the work in the background has not ended yet")
        if outcome.error is not None:
            raise outcome.error
        result: R = outcome.value  # type: ignore[assignment]
        return result

    def _arm(self, rt: Runner, task: Task) -> None:
        token = task.token
        if self._outcome is not None:
            rt.wake(task, token)
            return

        def arrived() -> None:
            # On the script's thread, at the first sample of a block.
            self._outcome = outcomes[0]
            rt.wake(task, token)

        outcomes: list[Outcome] = []
        done = threading.Event()

        def deliver(outcome: Outcome) -> None:
            # On another thread.
            outcomes.append(outcome)
            if rt.offline:
                done.set()
            else:
                rt.arrive(arrived)

        self._work = Work(self._fn, self._args, self._kwargs, deliver)
        rt.worker.submit(self._work)
        if rt.offline:
            # It takes no song time: the song waits.
            done.wait()
            arrived()

    def _fired(self, rt: Runner) -> bool:
        return self._outcome is not None

    def _settle(self, rt: Runner, task: Task) -> R:
        if not rt.offline:
            task.place(rt.now)
        return None  # type: ignore[return-value]

    def _disarm(self, rt: Runner, task: Task) -> None:
        if self._work is not None:
            self._work.cancelled = True


def background(fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Background[R]:
    """Runs `fn(*args)`, which may block or take long, beside the music, and gives what it returns:
    `table = await background(load, path)`.

    The task goes on at the next block after the work has ended. While rendering, the song waits for it. An exception
    comes out at the await. The function runs in a process of its own: it sees the script as it was when it was read, can
    print and log, but can neither play nor change anything of the script; what it needs it is given, what it found it
    returns. (What cannot be pickled runs in a thread instead, and then holds up the script while it computes.)
    """
    if not callable(fn):
        raise TypeError(f"background takes a function and its arguments apart: background(f, 1), not {fn!r}")
    return Background(fn, args, kwargs)


def call_soon(fn: Callable[[], object], /) -> None:
    """Calls `fn()` on the script's own thread, where it may play, at the next block. The only way for other threads to
    do something in the script, beside `print` and `log`. On the script's own thread it is called after the events of
    this sample."""
    if not callable(fn):
        raise TypeError(f"call_soon takes a function without arguments, not {fn!r}")
    there = _active.of_thread()
    if there is not None and _active.elsewhere(there) and not _active.in_helper:
        there.arrive(functools.partial(there.call, fn))
        return
    rt = _active.runtime
    if rt is None or rt.ctx is None or _active.in_helper:
        raise _active.outside("call_soon")
    alarm = Alarm(functools.partial(rt.call, fn))
    alarm.place_like(rt.ctx)
    rt.schedule_now(alarm)


def uses_background(script: ModuleType) -> bool:
    """Whether the script, or a module from its folder, has `background` or the whole package at hand."""
    folder = os.path.dirname(os.path.abspath(script.__file__ or ""))
    package = sys.modules.get(__package__ or "")
    modules = [module for module in list(sys.modules.values()) if _is_in(folder, module)]
    return any(value is background or value is package for module in modules for value in list(vars(module).values()))


def _is_in(folder: str, module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and file.startswith(folder + os.sep)
