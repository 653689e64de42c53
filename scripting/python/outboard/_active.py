"""Which script is running: `play`, `held`, `midi` and the others belong to it."""

from __future__ import annotations

import sys
from _thread import get_ident
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._runner import Runner
    from ._runtime import Runtime

#: The runtime of the script that is being loaded or run. One at a time: scripts run on one thread.
runtime: Runtime | None = None

#: The script that other threads mean.
of_threads: Runtime | None = None

#: Whose code it is, where there are several scripts: by the identity of a module's globals.
by_globals: dict[int, Runtime] = {}

#: Whether this is the helper process of `background`, where nothing can be played.
in_helper = False


def current() -> Runtime:
    """The running script's runtime; outside of any script there is none."""
    if runtime is None:
        raise RuntimeError("no script is running: load it with outboard.testing.Script, or in Outboard")
    if get_ident() != runtime.thread:
        raise outside("this")
    return runtime


def of_thread() -> Runtime | None:
    """The script whose code has called, on any thread."""
    frame: FrameType | None = sys._getframe(1) if by_globals else None
    while frame is not None:
        owner = by_globals.get(id(frame.f_globals))
        if owner is not None:
            return owner
        frame = frame.f_back
    return of_threads


def elsewhere(rt: Runner) -> bool:
    """Whether this is another thread than the script's own."""
    return get_ident() != rt.thread


def outside(what: str) -> RuntimeError:
    """The error for something that sounds or waits, called where no event, task or start is running."""
    if runtime is not None and runtime.audio is not None and runtime.audio.runs and not elsewhere(runtime):
        return RuntimeError(
            f"{what} cannot be used in @audio.process, which only changes its block of sound: keep what it finds in a "
            f"variable, and use {what} in a handler, or in a task that looks there after every await ms(10)"
        )
    if in_helper or (runtime is not None and elsewhere(runtime)):
        return RuntimeError(
            f"{what} cannot be used from another thread, where only print, log and call_soon work: "
            "call_soon(f) calls f where it can play"
            if not in_helper
            else f"{what} cannot be used in background, where only print and log work: return what was found, "
            "and play where it was awaited"
        )
    return RuntimeError(
        f"{what} cannot be used at module level, while the script is being read: "
        "call it from a handler such as @on.start or @on.note, or from a task"
    )
