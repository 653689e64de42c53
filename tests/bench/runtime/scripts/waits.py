"""Waits, over and over, in samples."""

from outboard import on, samples, spawn

step = samples(480)


@on.start
def begin() -> None:
    spawn(wait)


async def wait() -> None:
    while True:
        await step
