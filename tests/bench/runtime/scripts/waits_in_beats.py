"""Waits, over and over, in beats."""

from outboard import beats, on, spawn

step = beats(0.02)  # 480 samples at 120 beats per minute


@on.start
def begin() -> None:
    spawn(wait)


async def wait() -> None:
    while True:
        await step
