"""What can be a handler, and where a function stands in the script."""

from __future__ import annotations

import inspect
from typing import Callable

from ._errors import LoadError


def place_of(fn: object) -> tuple[str, int]:
    """File and line of a function."""
    code = getattr(inspect.unwrap(fn) if callable(fn) else fn, "__code__", None)
    return (code.co_filename, code.co_firstlineno) if code is not None else ("", 0)


def check_function(fn: Callable[..., object], what: str) -> None:
    """Load error for what cannot be a handler."""
    if not callable(fn):
        raise TypeError(f"{what} goes before a function, not {fn!r}")
    if inspect.isgeneratorfunction(fn) or inspect.isasyncgenfunction(fn):
        name = getattr(fn, "__name__", "it")
        raise LoadError(
            f"{what}: {name} is a generator (it has yield): to wait, make it async def and await a time", *place_of(fn)
        )
