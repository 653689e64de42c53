"""Long runs: under load from outside, with eight scripts of every kind, with endless loops. What counts there is what was
late and what was lost."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Iterator

from .figures import spread, tracks
from .run import Jack, Variant, run
from .song import STEP, TICKS_PER_BEAT, write_song
from .turns import AT_HAND, give_usual_turns

HERE = Path(__file__).resolve().parent
FRAMES = 64
TURN = 100.0  # seconds until the next one's turn
#: Notes under load: a sixteenth of a beat each, so that what happens to one call in a thousand is seen in every turn.
DENSE = TICKS_PER_BEAT // 16
#: Busy, busy and waiting, idle (no note on its channel), late, in a loop now and then.
EIGHT = ["arpeggiator", "echo", "humaniser", "passthrough", "arpeggiator", "echo", HERE / "burn_5_ms.py",
         HERE / "loop_later.py"]
SILENT = [15, 16]  # the channels of the idle ones
GOOD = ("arpeggiator", "echo", "humaniser", "passthrough")


def song_of(folder: Path, channels: int, seconds: float, step: int = STEP) -> Path:
    path = folder / "song.mid"
    per_second = 2 * TICKS_PER_BEAT / step  # at 120 beats per minute
    write_song(path, channels=channels, notes=int(per_second * seconds) + 16, step=step)
    return path


def _sum(stats: dict[str, Any], names: tuple[str, ...] = ()) -> dict[str, Any]:
    chosen = [t for t in tracks(stats) if not names or Path(t["script"]).stem in names]
    late = sum(t["late"] + t["missed"] for t in chosen)
    return {
        "calls": sum(t["calls"] for t in chosen),
        "late": late,
        "late_share": late / max(1, stats["blocks"] * len(chosen)),
        "events_lost": sum(t["events_lost"] for t in tracks(stats)),
        "notes_hanging": sum(t["notes_hanging"] for t in tracks(stats)),
        "blocks": stats["blocks"],
        "xruns": stats["xruns"],
        "callback_p99": stats["layers"]["callback"]["p99"],
        "callback_max": stats["layers"]["callback"]["max"],
        "wait_p999_us": max((t["wait_us"]["p999"] for t in chosen), default=0.0),
        "reasons": [reason for t in tracks(stats) for reason in t["reasons"]],
    }


# ---- under load from outside ------------------------------------------------------------------------------------------


@contextmanager
def _stress() -> Iterator[None]:
    cores = str(len(os.sched_getaffinity(0)))
    words = ["stress-ng", "--cpu", cores, "--io", "2", "--vm", "1", "--temp-path", tempfile.gettempdir()]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as load:
        try:
            time.sleep(2)
            yield
        finally:
            load.terminate()


def stress(options: argparse.Namespace, compared: list[Variant]) -> list[dict[str, Any]]:
    """Ours over both transports under stress-ng, in turns; with real-time priority and without. Without it also as it
    would be if callback and script had the turns that everyone has."""
    found: list[dict[str, Any]] = []
    transports = [variant for variant in compared if variant.title in ("ours, shm", "ours, pipe")]
    usual = [replace(transports[0], title="ours, shm, usual turns", playing=give_usual_turns)] if AT_HAND else []
    if not usual:
        print("stress-ng: not compared with usual turns, for which no call is known on this processor", flush=True)
    turns = max(1, round(options.soak / TURN))
    for realtime in (True, False):
        chosen = transports if realtime else transports + usual
        totals: dict[str, list[dict[str, Any]]] = {variant.title: [] for variant in chosen}
        with tempfile.TemporaryDirectory() as folder, Jack(FRAMES, realtime) as jack, _stress():
            song = song_of(Path(folder), 5, TURN, DENSE)
            for _ in range(turns):
                for variant in chosen:
                    totals[variant.title].append(_sum(jack.play(variant, song, ["passthrough"], TURN)))
        for title, parts in totals.items():
            row = {
                "variant": title, "realtime": realtime, "seconds": turns * TURN, "turn": TURN,
                **{key: sum(part[key] for part in parts) for key in ("calls", "late", "events_lost", "notes_hanging",
                                                                     "blocks", "xruns")},
                "wait_p999_us": max(part["wait_p999_us"] for part in parts),
                "wait_p999_us_median": statistics.median(part["wait_p999_us"] for part in parts),
                "late_per_turn": [part["late"] for part in parts],
            }
            row["late_share"] = row["late"] / max(1, row["calls"])
            found.append(row)
            print(f"stress-ng, {'SCHED_FIFO' if realtime else 'normal priority'}, {title:<22} late {row['late']} of "
                  f"{row['calls']} calls ({spread(row['late_per_turn'])} per turn), lost {row['events_lost']}, "
                  f"hanging {row['notes_hanging']}, xruns {row['xruns']}, "
                  f"wait p99.9 of the median turn {row['wait_p999_us_median']:.0f}, of the worst {row['wait_p999_us']:.0f} us",
                  flush=True)
    return found


# ---- scripts of every kind -----------------------------------------------------------------------------------------------


def eight(options: argparse.Namespace, compared: list[Variant]) -> dict[str, Any]:
    """Eight scripts on one engine: nothing may be lost, and the good ones must not feel the bad."""
    channels = [*range(1, 5), *SILENT, 5, 6]
    scripts = [f"{channel}:{script}" for channel, script in zip(channels, EIGHT)]
    with tempfile.TemporaryDirectory() as folder, Jack(FRAMES) as jack:
        song = song_of(Path(folder), 6, options.soak)
        stats = jack.play(compared[0], song, scripts, options.soak)
    found = {"seconds": options.soak, **_sum(stats, GOOD)}
    found["reasons"] = {reason: found["reasons"].count(reason) for reason in found["reasons"]}
    print(f"eight scripts, {options.soak:.0f} s: the good ones late in {found['late_share']:.3%} of their blocks "
          f"({found['late']} of {found['calls']} calls), lost {found['events_lost']}, hanging {found['notes_hanging']}, "
          f"callback p99 {found['callback_p99']:.1f} %, xruns {found['xruns']}; ended: {json.dumps(found['reasons'])}",
          flush=True)
    return found


# ---- endless loops ---------------------------------------------------------------------------------------------------------


def loops(options: argparse.Namespace, compared: list[Variant]) -> dict[str, Any]:
    """As many endless loops as cores, beside three good scripts: from the loop's first moment to the end of its process."""
    count = len(os.sched_getaffinity(0))
    scripts = [f"{channel}:{HERE / 'loop.py'}" for channel in range(1, count + 1)]
    scripts += [f"{channel}:arpeggiator" for channel in range(count + 1, count + 4)]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as files, Jack(FRAMES) as jack:
        jack.env["OUTBOARD_BENCH_FOLDER"] = folder
        song = song_of(Path(files), count + 3, options.seconds)
        stats_path = Path(files, "stats.json")
        words: list[str | Path] = [compared[0].program, "play", song, "--seconds", str(options.seconds), "--stats",
                                   stats_path]
        for script in scripts:
            words += ["--script", script]
        with subprocess.Popen(words, env=jack.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as program:
            ended = _watch(Path(folder), program)
        stats = json.loads(stats_path.read_text())
    found = {"lived_ms": [round(ms, 1) for ms in sorted(ended)], **_sum(stats, GOOD)}
    print(f"endless loops lived {found['lived_ms']} ms; the good ones late in {found['late_share']:.3%} of their blocks, "
          f"callback p99 {found['callback_p99']:.1f} %, longest block {found['callback_max']:.0f} %, "
          f"xruns {found['xruns']}", flush=True)
    return found


def _watch(folder: Path, program: subprocess.Popen[bytes]) -> list[float]:
    """How long the loops lived, ms: until the system has no such process any more, or only what is left of it."""
    began: dict[str, int] = {}
    lived: list[float] = []
    while program.poll() is None:
        for file in folder.iterdir():
            if text := file.read_text():
                began[file.name] = int(text)
                file.unlink()
        for pid in list(began):
            try:
                alive = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
            except OSError:
                alive = False
            if not alive:
                lived.append((time.monotonic_ns() - began.pop(pid)) / 1e6)
        time.sleep(0.001)
    return lived
