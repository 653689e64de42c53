"""One contestant in a process of its own: runs a round for every line that it reads, and says in a line what it took.

    worker.py CONTESTANT PACKAGE SECONDS
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any, Callable

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from runtime.feed import Block  # noqa: E402
from runtime.ours import CASES, Ours  # noqa: E402
from runtime.others import OTHERS  # noqa: E402

#: As the child does it: the young generations, between blocks, after so many answers.
ANSWERS_PER_COLLECTION = 64
#: More than the caches of a core and what it shares with its neighbours.
SWEPT_BYTES = 96 << 20


class Collections:
    """How often the collector ran inside a block."""

    def __init__(self) -> None:
        self.watched = False
        self.inside = 0
        gc.callbacks.append(self._called)

    def _called(self, phase: str, info: dict[str, Any]) -> None:
        if self.watched and phase == "start":
            self.inside += 1


def left_of(run_block: Any, blocks: list[Block]) -> int:
    """Runs them. How many records left."""
    left = 0
    for start, frames, records in blocks:
        left += len(run_block(start, frames, records)[0])
    return left


def warm_round(contestant: Any, collections: Collections, seconds: float) -> dict[str, float]:
    """For a unit: wall and processor time in blocks, and what the collector's turns between them took."""
    wall = cpu = collecting = units = answers = 0
    while wall < seconds * 1e9:
        work = contestant.prepare()
        gc.freeze()  # what was prepared is no work for the collector
        collections.watched = True
        cpu_before, before = time.process_time_ns(), time.perf_counter_ns()
        left = left_of(contestant.run_block, work.blocks)
        wall += time.perf_counter_ns() - before
        cpu += time.process_time_ns() - cpu_before
        collections.watched = False
        assert left == work.leaving, f"{left} records left, not {work.leaving}"
        units += work.units
        answers += len(work.blocks)
        if answers >= ANSWERS_PER_COLLECTION:
            answers -= ANSWERS_PER_COLLECTION
            before = time.perf_counter_ns()
            gc.collect(1)
            collecting += time.perf_counter_ns() - before
    return {"wall_us": wall / units / 1000, "cpu_us": cpu / units / 1000, "collecting_us": collecting / units / 1000}


def cold_round(contestant: Any, swept: bytearray) -> dict[str, float]:
    """The same for calls before which all that the last one left in the caches is pushed out, their median. What the
    pre-wake then does is no part of them."""
    work = contestant.prepare()
    times = []
    for block in work.blocks:
        swept[:] = bytes(len(swept))
        contestant.warm_up()
        before = time.perf_counter_ns()
        left = left_of(contestant.run_block, [block])
        times.append((time.perf_counter_ns() - before) / 1000)
        assert left == 1, f"{left} records left, not 1"
    return {"wall_us": statistics.median(times), "cpu_us": statistics.median(times), "collecting_us": 0.0}


def main() -> None:
    name, package, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    contestant: Any = Ours(CASES[name], package) if name in CASES else OTHERS[name]()
    gc.collect()
    gc.freeze()
    gc.disable()
    sys.setswitchinterval(100e-6)
    collections = Collections()
    a_round: Callable[[], dict[str, float]] = lambda: warm_round(contestant, collections, seconds)
    if name in CASES and contestant.cold:
        swept = bytearray(SWEPT_BYTES)
        a_round = lambda: cold_round(contestant, swept)
    for _ in sys.stdin:
        print(json.dumps({**a_round(), "collected_inside": collections.inside}), flush=True)


main()
