"""Events per second through the whole application: `outboard transform` of a dense song."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from engine.figures import tracks
from engine.run import Variant, run
from engine.song import write_song

CHANNELS = 4
TICKS = 2  # a note on every channel, and its end one tick later
FRAMES = (64, 4096)
SCRIPTS = {"no script": "", "pass-through": "passthrough"}


def measure(outboard: Path, notes: int, rounds: int) -> list[dict[str, Any]]:
    """For each block length and script: the median of the rounds, which take turns."""
    found: dict[tuple[int, str], list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        song = Path(folder, "song.mid")
        write_song(song, channels=CHANNELS, notes=notes, step=TICKS)
        for _ in range(rounds):
            for frames in FRAMES:
                for title, script in SCRIPTS.items():
                    words = ["transform", str(song), "-o", str(Path(folder, "out.mid")), "--frames", str(frames)]
                    began = time.monotonic()
                    stats = run(Variant(title, outboard), [*words, "--script", script] if script else words)
                    one = _figures(stats, 2 * CHANNELS * notes, time.monotonic() - began)
                    found.setdefault((frames, title), []).append(one)
    return [
        {"frames": frames, "script": title, **{key: statistics.median(one[key] for one in ones) for key in ones[0]}}
        for (frames, title), ones in found.items()
    ]


def _figures(stats: dict[str, Any], events: int, seconds: float) -> dict[str, float]:
    """`blocks`: without starting, reading and writing."""
    spent = stats["layers"]["callback"]["mean"] / 100 * stats["blocks"] * stats["frames"] / stats["rate"]
    figures = {"events": events, "whole_per_s": events / seconds, "blocks_per_s": events / spent,
               "host_us": 1e6 * spent / events}
    for track in tracks(stats):
        if track["events_in"] != events or track["events_out"] != events or track["events_lost"]:
            raise SystemExit(f"of {events} events came in {track['events_in']}, left {track['events_out']}")
        calls = track["busy_us"]["count"] / events
        figures["host_us"] -= track["busy_us"]["mean"] * calls
        figures["child_us"] = track["busy_us"]["mean"] * calls
        figures["child_cpu_us"] = track["busy_cpu_us_mean"] * calls
        for part in ("decode", "python", "encode"):
            figures[f"{part}_us"] = track["busy_parts_us"][part]["mean"] * calls
    return figures
