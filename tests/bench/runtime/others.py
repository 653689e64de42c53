"""What ours stands beside: plain Python that does as little as can be done, and what one might take instead."""

from __future__ import annotations

import sys
from heapq import heappop, heappush
from types import ModuleType, SimpleNamespace
from typing import Any, Callable, Generator

from .feed import MIXED, NOTES, Block, Feed, midi_bytes
from .ours import CHORD, FACTORY, Work

_NOTHING = 2**63 - 1


class Floor:
    """A Python function is called for each of the records."""

    def __init__(self, each: int = 256) -> None:
        self._feed = Feed(NOTES, 4096 if each > 1 else 64, each, 0)

    def prepare(self) -> Work:
        blocks = self._feed.blocks(64 if self._feed.each == 1 else 4)
        return Work(blocks, len(blocks) * self._feed.each, 0)

    def run_block(self, start: int, frames: int, records: list[Any]) -> tuple[list[Any], int, float, int]:
        for record in records:
            _handler(record)
        return [], _NOTHING, float("inf"), 0


def _handler(record: object) -> None:
    pass


class Tuples(Floor):
    """Each record is taken apart and one is made for the answer, with nothing in between."""

    def prepare(self) -> Work:
        work = super().prepare()
        work.leaving = work.units
        return work

    def run_block(self, start: int, frames: int, records: list[Any]) -> tuple[list[Any], int, float, int]:
        out = []
        for _kind, time, sequence, _port, _channel, _status, _data1, _data2, _flags in records:
            out.append((64, time, sequence))
        return out, _NOTHING, float("inf"), 0


class Mido:
    """mido (python3-mido): bytes to a message, a function that lets it through, and its bytes again."""

    def __init__(self) -> None:
        import mido

        self._from_bytes: Callable[[bytes], Any] = mido.Message.from_bytes
        self._feed = Feed(MIXED, 4096, 256, 0)

    def prepare(self) -> Work:
        blocks: list[Block] = [
            (start, frames, [midi_bytes(record) for record in records])
            for start, frames, records in self._feed.blocks(4)
        ]
        events = sum(len(records) for _, _, records in blocks)
        return Work(blocks, events, events)

    def run_block(self, start: int, frames: int, records: list[Any]) -> tuple[list[Any], int, float, int]:
        out: list[Any] = []
        from_bytes, handler = self._from_bytes, self._handler
        for record in records:
            handler(from_bytes(record), out)
        return out, _NOTHING, float("inf"), 0

    @staticmethod
    def _handler(message: Any, out: list[Any]) -> None:
        out.append(message.bytes())


class Heap:
    """The least that a scheduler does: a coroutine, a heap, exact times as floats."""

    def __init__(self) -> None:
        self._queue: list[tuple[float, int, Any]] = [(480.0, 0, _waits().send)]
        self._queue[0][2](None)
        self._next = 1

    def prepare(self) -> Work:
        first, self._next = self._next, self._next + 128
        return Work([(first * 480, 128 * 480, [])], 128, 0)

    def run_block(self, start: int, frames: int, records: list[Any]) -> tuple[list[Any], int, float, int]:
        queue, end = self._queue, start + frames
        order = 0
        while queue[0][0] < end:
            due, _, resume = heappop(queue)
            order += 1
            heappush(queue, (due + resume(None), order, resume))
        return [], _NOTHING, float("inf"), 0


def _waits() -> Generator[float, None, None]:
    while True:
        yield 480.0


class Asyncio:
    """asyncio's tasks, its loop on a clock that jumps to whatever is due: no call of the system."""

    def __init__(self) -> None:
        import asyncio
        import selectors

        class Clock(selectors.SelectSelector):
            now = 0.0

            def select(self, timeout: float | None = None) -> list[Any]:
                self.now += timeout or 0.0
                return []

        class Loop(asyncio.SelectorEventLoop):
            def time(self) -> float:
                return clock.now

        clock = Clock()
        self._loop = Loop(clock)
        self._sleep = asyncio.sleep

    def prepare(self) -> Work:
        return Work([(0, 1024, [])], 1024, 0)

    def run_block(self, start: int, frames: int, records: list[Any]) -> tuple[list[Any], int, float, int]:
        self._loop.run_until_complete(self._waits(frames))
        return [], _NOTHING, float("inf"), 0

    async def _waits(self, count: int) -> None:
        sleep = self._sleep
        for _ in range(count):
            await sleep(0.01)


class _Length(float):
    """A time that is only waited for."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class _Control:
    """A knob that nobody turns."""

    def __init__(self, name: str, first: Any, default: Any = None, **others: Any) -> None:
        self.value = first if default is None else default


class BareArpeggiator:
    """The factory arpeggiator's own Python: everything that it calls is there and does next to nothing."""

    def __init__(self) -> None:
        chord = [SimpleNamespace(key=key, velocity=0.8) for key in CHORD]
        held = SimpleNamespace(on=lambda channel: SimpleNamespace(by_pitch=chord, by_time=chord))
        same = SimpleNamespace(note=lambda fn: fn, start=lambda fn: fn)
        stands_for = {"Knob": _Control, "Menu": _Control, "Toggle": _Control, "NoteOn": object, "held": held, "on": same,
                      "midi": SimpleNamespace(first_channel=1), "note_value": {"1/8": _Length(0.5)}.__getitem__,
                      "play": _plays, "rng": None, "spawn": None}  # fmt: skip
        sys.modules["outboard"] = ModuleType("outboard")
        vars(sys.modules["outboard"]).update(stands_for)
        script: dict[str, Any] = {}
        exec(compile((FACTORY / "arpeggiator.py").read_text(), "arpeggiator.py", "exec"), script)
        self._resume = script["arpeggio"](1).send

    def prepare(self) -> Work:
        return Work([(0, 64, [])], 64, 0)

    def run_block(self, start: int, frames: int, records: list[Any]) -> tuple[list[Any], int, float, int]:
        for _ in range(frames):
            self._resume(None)
        return [], _NOTHING, float("inf"), 0


def _plays(key: int, velocity: float, *, duration: float, channel: int) -> None:
    pass


OTHERS: dict[str, Callable[[], Floor | Mido | Heap | Asyncio | BareArpeggiator]] = {
    "floor": Floor,
    "floor-1": lambda: Floor(each=1),
    "tuples": Tuples,
    "mido": Mido,
    "heap": Heap,
    "asyncio": Asyncio,
    "step-bare": BareArpeggiator,
}

