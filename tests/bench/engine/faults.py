"""Pages that the callback and a script had to wait for while they play: what is touched for the first time in a block."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from .run import BEGINS, Jack, Variant
from .soak import DENSE, FRAMES, song_of

SETTLES = 4.0  # seconds more until everything was touched once
RATE = 48000


def faults(options: argparse.Namespace, compared: list[Variant]) -> list[dict[str, Any]]:
    """Of each script: faults of the callback's thread and of the child from the sixth second on, and during how many
    blocks and calls."""
    found = []
    for script in ("passthrough", "arpeggiator"):
        seconds = max(30.0, options.seconds)
        seen: dict[str, int] = {}

        def look(pid: int) -> None:
            time.sleep(SETTLES)
            callback, child = _callback(pid), _child(pid)
            before = _faults(callback), _faults(child)
            time.sleep(seconds)
            seen["callback"], seen["child"] = (_faults(one) - then for one, then in zip((callback, child), before))

        with tempfile.TemporaryDirectory() as folder, Jack(FRAMES) as jack:
            length = BEGINS + SETTLES + seconds + 2
            song = song_of(Path(folder), 1, length, DENSE)
            variant = Variant(compared[0].title, compared[0].program, compared[0].options, look)
            stats = jack.play(variant, song, [script], length)
        calls = sum(track["calls"] for track in stats["tracks"])
        row = {"script": script, **seen, "blocks": round(seconds * RATE / FRAMES),
               "calls": round(calls * seconds / length)}
        found.append(row)
        print(f"{script:<12} page faults: callback {row['callback']} in {row['blocks']} blocks, "
              f"child {row['child']} in about {row['calls']} calls", flush=True)
    return found


def _callback(pid: int) -> Path:
    """Of the threads with real-time priority the least urgent one: the other is the watchdog of its scripts."""
    tasks = [task for task in Path(f"/proc/{pid}/task").iterdir()
             if os.sched_getscheduler(int(task.name)) & ~os.SCHED_RESET_ON_FORK == os.SCHED_FIFO]
    return min(tasks, key=lambda task: os.sched_getparam(int(task.name)).sched_priority)


def _child(pid: int) -> Path:
    return next(Path("/proc", child) for task in Path(f"/proc/{pid}/task").iterdir()
                for child in (task / "children").read_text().split())


def _faults(task: Path) -> int:
    """Minor and major ones: fields 10 and 12 of proc(5)'s stat, counted behind the name."""
    fields = (task / "stat").read_text().rpartition(")")[2].split()
    return int(fields[7]) + int(fields[9])
