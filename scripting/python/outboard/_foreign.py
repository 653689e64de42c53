"""Keeps other event loops out: `await asyncio.sleep(1)` raises a sentence that says what to write instead."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import Iterator, NoReturn


def sentence(what: object) -> str:
    return (
        "a script runs on the song's clock and can only await what outboard offers: "
        f"await ms(20), seconds(1) or beats(1), not {what}"
    )


class _NoLoop:
    """Stands where asyncio looks for its event loop, and raises where that would be used."""

    def __getattr__(self, name: str) -> NoReturn:
        raise TypeError(sentence("asyncio"))


@contextmanager
def refused() -> Iterator[None]:
    """While it lasts, asyncio's waits raise at their await."""
    import asyncio

    # The documented low-level pair: what get_running_loop() gives is set for this thread.
    before = asyncio._get_running_loop()
    asyncio._set_running_loop(_NoLoop())  # type: ignore[arg-type]
    try:
        yield
    finally:
        asyncio._set_running_loop(before)


def in_use() -> bool:
    """Whether the script, or something that it imports, may come with such waits."""
    return "asyncio" in sys.modules
