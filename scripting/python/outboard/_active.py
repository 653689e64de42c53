"""Which script is running: `play`, `held`, `midi` and the others belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._runtime import Runtime

#: The runtime of the script that is being loaded or run. One at a time: scripts run on one thread.
runtime: Runtime | None = None


def current() -> Runtime:
    """The running script's runtime; outside of any script there is none."""
    if runtime is None:
        raise RuntimeError("no script is running: load it with outboard.testing.Script, or in Outboard")
    return runtime


def outside(what: str) -> RuntimeError:
    """The error for something that sounds or waits, called where no event, task or start is running."""
    return RuntimeError(
        f"{what} cannot be used at module level, while the script is being read: "
        "call it from a handler such as @on.start or @on.note, or from a task"
    )
