"""The three parts of the measurement. Within each the variants take turns, so that a slow minute meets all alike."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from . import words
from .figures import offline_figures, play_figures, tracks, worst
from .run import Jack, Variant, run
from .song import write_song

HERE = Path(__file__).resolve().parent
CHANNELS = [6, 2, 5, 9, 3, 1, 13, 4]  # of the busy song, the busiest first; the drums (10) pass the arpeggiator
GOOD_CHANNELS = [5, 9, 3]
BAD_CHANNELS = [6, 2, 1, 13, 4, 11, 7, 12]


def play(options: argparse.Namespace, compared: list[Variant]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for frames in options.frames:
        with Jack(frames) as jack:
            for count in options.tracks:
                scripts = [f"{channel}:arpeggiator" for channel in CHANNELS[:count]]
                runs: dict[str, list[dict[str, Any]]] = {variant.title: [] for variant in compared}
                hot: list[float] = []
                for _ in range(options.rounds):
                    for variant in compared:
                        stats = jack.play(variant, options.song, scripts, options.seconds)
                        runs[variant.title].append(play_figures(stats))
                        if "GIL" in variant.title:
                            hot.append(hot_busy_us(variant, options.song, scripts, frames))
                for title, figures in runs.items():
                    row = {"frames": frames, "tracks": count, "variant": title, **median_of(figures),
                           "hot_busy_us": statistics.median(hot) if hot else 0.0}
                    found.append(row)
                    print(words.play_line(row), flush=True)
    return found


def hot_busy_us(in_process: Variant, song: Path, scripts: list[str], frames: int) -> float:
    """BUSY of the same calls one right after the other, where all that they need is still in the caches: the whole song,
    as fast as it goes. The median, of the track that fares worst."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["transform", str(song), "-o", str(Path(folder, "out.mid")), "--frames", str(frames)]
        for script in scripts:
            command += ["--script", script]
        return worst(tracks(run(in_process, command)), "busy_us")["p50"]


def bad(options: argparse.Namespace, compared: list[Variant]) -> list[dict[str, Any]]:
    cores = len(os.sched_getaffinity(0))
    bad_ones = [f"{channel}:{HERE / 'burn_5_ms.py'}" for channel in BAD_CHANNELS[:cores]]
    good_ones = [f"{channel}:arpeggiator" for channel in GOOD_CHANNELS]
    found: list[dict[str, Any]] = []
    frames = options.frames[0]
    with Jack(frames) as jack:
        for variant in compared:
            for beside, scripts in (("none", good_ones), (f"{len(bad_ones)} bad", [*bad_ones, *good_ones])):
                stats = jack.play(variant, options.song, scripts, options.seconds)
                figures = play_figures(stats, "arpeggiator")
                found.append({"frames": frames, "beside": beside, "variant": variant.title, **figures})
                print(words.bad_line(found[-1]), flush=True)
    return found


def offline(options: argparse.Namespace, compared: list[Variant]) -> dict[str, Any]:
    # Offline nobody waits for a time, so there is nothing to be awake for.
    compared = [variant for variant in compared if "--prewake" not in variant.options]
    script = HERE / "hard_work.py"
    runs: dict[str, list[dict[str, float]]] = {variant.title: [] for variant in compared}
    with tempfile.TemporaryDirectory() as folder:
        song = Path(folder, "song.mid")
        write_song(song, channels=2, notes=options.notes)
        command = ["transform", str(song), "-o", str(Path(folder, "out.mid")), "--frames", "256"]
        command += ["--script", f"1:{script}", "--script", f"2:{script}"]
        for _ in range(5):
            for variant in compared:
                runs[variant.title].append(offline_figures(run(variant, command)))
    found: dict[str, Any] = {"ceiling": machines_ceiling(), "variants": {}}
    print(f"two unrelated Pythons get {found['ceiling']:.2f} times as much done as one", flush=True)
    for title, figures in runs.items():
        found["variants"][title] = median_of(figures)
        print(words.offline_line(title, found["variants"][title]), flush=True)
    return found


def machines_ceiling() -> float:
    """How much more two Pythons that have nothing to do with each other get done here than one."""
    loop = [sys.executable, "-I", "-c", "total = 0\nfor i in range(10_000_000):\n    total += i * i & 7"]

    def seconds(count: int) -> float:
        began = time.monotonic()
        for process in [subprocess.Popen(loop) for _ in range(count)]:
            process.wait()
        return time.monotonic() - began

    return statistics.median(2 * seconds(1) / seconds(2) for _ in range(5))


def median_of(figures: list[Any]) -> Any:
    """Of every number in figures of the same shape."""
    if isinstance(figures[0], dict):
        return {key: median_of([one[key] for one in figures]) for key in figures[0]}
    return statistics.median(figures)
