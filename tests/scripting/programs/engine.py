"""The real host with a real child, driven block by block by the program slot_player."""

from __future__ import annotations

import json
import os
import subprocess
from collections import deque
from typing import Any, Sequence

from outboard._clock import Clock
from outboard._inputs import records_of
from outboard._wire import PANIC, SYSEX, TRANSPORT
from outboard.testing import Input

SECONDS = 60


class SlotPlayer:
    """One process for many runs; each has a host and a child of its own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([os.environ["SLOT_PLAYER"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)  # fmt: skip

    def close(self) -> None:
        self.process.communicate(timeout=SECONDS)

    def play(self, script: str | list[str], song: Sequence[Input], end: int, blocks: Sequence[int], *, transport: str = "shm",
             pipelined: bool = False, offline: bool = True, seed: int = 0) -> dict[str, Any]:  # fmt: skip
        """What came out, before the sample `end`, as rows."""
        shift = blocks[0] if pipelined else 0
        records = as_records(song)
        request = {
            "script": [script] if isinstance(script, str) else script,
            "seed": seed,
            "transport": transport,
            "pipelined": pipelined,
            "offline": offline,
            "blocks": list(blocks),
            "end": end + shift,
            "points": [record[2:] for record in records if record[0] == TRANSPORT],
            "events": [(record[1], *record[5:8]) for record in records if record[0] <= SYSEX],
            "panics": [record[1] for record in records if record[0] == PANIC],
        }
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert "failure" not in answer, answer["failure"]
        for counter in ("late", "missed", "stale", "restarts", "lost"):
            assert answer[counter] == 0 or (pipelined and not offline), f"{counter}: {answer[counter]}"
        times = [event[0] for event in answer["events"]]
        assert times == sorted(times)
        answer["rows"] = rows(answer["events"], shift, end)
        return answer


def as_records(song: Sequence[Input]) -> deque[tuple[Any, ...]]:
    """The song as the model's host has it: the first record is the transport at 0."""
    clock = Clock(48000.0)
    clock.set_point(0.0, 0.0, 0.0, 120.0, True, 4, 4, 0.0, 0)
    return records_of(song, (), (), clock)


def rows(events: list[list[Any]], shift: int, end: int) -> list[tuple[object, ...]]:
    """(time, status, data, data, which note, tuning); an off as 0x90 with velocity 0 is an off with 64."""
    made: list[tuple[object, ...]] = []
    notes: dict[int, int] = {}
    for time, status, data1, data2, _, note, tuning in events:
        kind = status & 0xF0
        if kind == 0x90 and data2 == 0:
            status, data2, kind = 0x80 | status & 15, 64, 0x80
        if kind == 0x90:
            notes[note] = len(notes)
        number = notes.get(note, -1) if kind in (0x80, 0x90) and note >= 0 else -1
        if time - shift < end:
            made.append((time - shift, status, data1, data2, number, round(tuning, 3)))
    return made
