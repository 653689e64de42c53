"""All contestants in turns, round by round: a slow moment of the machine meets all alike."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
from pathlib import Path
from typing import Any

from .contestants import Contestant

WORKER = Path(__file__).resolve().parent / "worker.py"
WARM_UP_ROUNDS = 2
KEYS = ("wall_us", "cpu_us", "collecting_us")


class Worker:
    """A contestant's process. Between its turns it waits for a line."""

    def __init__(self, contestant: Contestant, package: Path, seconds: float) -> None:
        self.contestant = contestant
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-s", WORKER, contestant.name, package, str(seconds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"})
        self.rounds: list[dict[str, float]] = []

    def round(self) -> dict[str, float]:
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has said why
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.contestant.title}: its process has ended")
        one: dict[str, float] = json.loads(line)
        return one

    def end(self) -> None:
        self.process.communicate()

    def figures(self) -> dict[str, Any]:
        """Medians, with the quarters below and above them."""
        found: dict[str, Any] = {"name": self.contestant.name, "rounds": len(self.rounds)}
        for key in KEYS:
            values = sorted(one[key] for one in self.rounds)
            low, middle, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
            found[key] = {"min": values[0], "p25": low, "p50": middle, "p75": high}
        found["collected_inside"] = self.rounds[-1]["collected_inside"]
        return found


def measure(contestants: list[Contestant], packages: dict[str, Path], rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Ours with every package, the others once. `seconds`: of a round of one contestant."""
    workers: list[tuple[str, Worker]] = []
    for contestant in contestants:
        for title, package in packages.items() if contestant.ours else list(packages.items())[:1]:
            workers.append((title if contestant.ours else "", Worker(contestant, package, seconds)))
    shuffled = list(workers)
    turns = random.Random(0)
    for number in range(WARM_UP_ROUNDS + rounds):
        turns.shuffle(shuffled)
        for _, worker in shuffled:
            one = worker.round()
            if number >= WARM_UP_ROUNDS:
                worker.rounds.append(one)
    for _, worker in workers:
        worker.end()
    return [{**worker.figures(), "package": package} for package, worker in workers]
