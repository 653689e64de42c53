"""Runs the application, or its copy under one GIL, and reads what it says of itself."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

BEGINS = 2.0  # seconds after its start it plays for sure


@dataclass
class Variant:
    """A program and the options that make it one of those compared."""

    title: str
    program: Path
    options: list[str] = field(default_factory=list)
    playing: Callable[[int], None] | None = None  # what is done to the process when it has begun to play


def variants(outboard: Path, one_gil: Path) -> list[Variant]:
    known = subprocess.run([outboard, "play", "--help"], capture_output=True, text=True, check=True).stdout
    ours = [Variant("ours, shm", outboard, ["--transport", "shm"])]
    if "--prewake" in known:
        ours.append(Variant("ours, shm, no pre-wake", outboard, ["--transport", "shm", "--prewake", "off"]))
    ours.append(Variant("ours, pipe", outboard, ["--transport", "pipe"]))
    return [*ours, Variant("in-process, one GIL", one_gil)]


def environment(**changes: str) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")} | changes


def run(variant: Variant, words: list[str], env: dict[str, str] | None = None, timeout: float = 600) -> dict[str, Any]:
    """One run to its end; its --stats, with the processor time that it and its children used."""
    with tempfile.TemporaryDirectory() as folder:
        stats_path = Path(folder, "stats.json")
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        with subprocess.Popen(
                [variant.program, words[0], *variant.options, *words[1:], "--stats", stats_path],
                env=env or environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True) as program:
            try:
                if variant.playing:
                    time.sleep(BEGINS)
                    variant.playing(program.pid)
                said, _ = program.communicate(timeout=timeout)
            finally:
                program.kill()
        if program.returncode != 0:
            raise SystemExit(f"{variant.title}: exit {program.returncode}\n{said}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        stats: dict[str, Any] = json.loads(stats_path.read_text())
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    stats["cpu"] = used / (time.monotonic() - began)
    return stats


class Jack:
    """jackd with its dummy driver, real-time unless told otherwise, under a name of its own."""

    def __init__(self, period: int, realtime: bool = True) -> None:
        self.period = period
        self.priority = [] if realtime else ["-r"]
        self.env = environment(JACK_DEFAULT_SERVER="outboard-bench", JACK_NO_START_SERVER="1")

    def __enter__(self) -> Jack:
        self.server = subprocess.Popen(
            ["jackd", *self.priority, "-n", "outboard-bench", "-d", "dummy", "-r", "48000", "-p", str(self.period)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while subprocess.run(["jack_lsp"], env=self.env, capture_output=True, check=False).returncode != 0:
            if time.monotonic() > end or self.server.poll() is not None:
                self.__exit__()
                raise SystemExit("jackd did not start; it comes with the package jackd2")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.terminate()
        try:
            self.server.wait(10)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()

    def play(self, variant: Variant, song: Path, scripts: list[str], seconds: float) -> dict[str, Any]:
        words = ["play", str(song), "--seconds", str(seconds)]
        for script in scripts:
            words += ["--script", script]
        stats = run(variant, words, self.env, timeout=seconds * 3 + 60)
        if "JACK" not in stats["device"]["host_api"] or stats["device"]["frames"] != self.period:
            raise SystemExit(f"it did not play through JACK with {self.period} frames: {stats['device']}")
        return stats
