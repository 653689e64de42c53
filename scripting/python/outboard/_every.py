"""The loop of `Voice.every`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._time import Time
    from ._voices import Voice


class Every:
    """`async for t in v.every(ms(5))`."""

    __slots__ = ("_voice", "_step", "_from")

    def __init__(self, voice: Voice, step: Time) -> None:
        self._voice = voice
        self._step = step
        self._from: float | None = None

    def __aiter__(self) -> Every:
        return self

    async def __anext__(self) -> float:
        rt = self._voice._rt
        if self._from is not None:
            await self._step
        if not self._voice.alive:
            raise StopAsyncIteration
        here = rt.exact_sample()
        if self._from is None:
            self._from = here
        return (here - self._from) / rt.clock.sample_rate
