#!/usr/bin/python3
"""What scripting costs the engine: ours beside the same scripts in one process under one GIL.

Three parts: `play` (the arpeggiator on a busy song, through PortAudio on a JACK server without a sound card), `bad`
(three good scripts beside scripts that burn 5 ms per event), `offline` (throughput of two scripts on two cores).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from engine.figures import offline_figures, play_figures
from engine.run import Jack, Variant, run, variants
from engine.song import write_song
from report import machine, plots, results

HERE = Path(__file__).resolve().parent
SONG = Path("/usr/share/games/openttd/baseset/openmsx/tttheme2.mid")
CHANNELS = [6, 2, 5, 9, 3, 1, 13, 4]  # of that song, the busiest first; the drums (10) pass through the arpeggiator
GOOD_CHANNELS = [5, 9, 3]


def play_part(options: argparse.Namespace, compared: list[Variant]) -> list[dict[str, Any]]:
    """Every variant in turn within a round, so that a slow minute of the machine meets all."""
    found: list[dict[str, Any]] = []
    for frames in options.frames:
        with Jack(frames) as jack:
            for count in options.tracks:
                scripts = [f"{channel}:arpeggiator" for channel in CHANNELS[:count]]
                runs: dict[str, list[dict[str, Any]]] = {variant.title: [] for variant in compared}
                for _ in range(options.rounds):
                    for variant in compared:
                        stats = jack.play(variant, options.song, scripts, options.seconds)
                        runs[variant.title].append(play_figures(stats))
                for title, figures in runs.items():
                    row = {"frames": frames, "tracks": count, "variant": title, **median_of(figures)}
                    found.append(row)
                    print(play_line(row), flush=True)
    return found


def bad_part(options: argparse.Namespace, compared: list[Variant]) -> list[dict[str, Any]]:
    cores = len(os.sched_getaffinity(0))
    bad = [f"{channel}:{HERE / 'engine/burn_5_ms.py'}" for channel in (6, 2, 1, 13, 4, 11, 7, 12)[:cores]]
    good = [f"{channel}:arpeggiator" for channel in GOOD_CHANNELS]
    found: list[dict[str, Any]] = []
    with Jack(options.frames[0]) as jack:
        for variant in compared:
            for beside, scripts in (("none", good), (f"{len(bad)} bad", [*bad, *good])):
                stats = jack.play(variant, options.song, scripts, options.seconds)
                row = {"frames": options.frames[0], "beside": beside, "variant": variant.title,
                       **play_figures(stats, "arpeggiator")}
                found.append(row)
                print(bad_line(row), flush=True)
    return found


def offline_part(options: argparse.Namespace, compared: list[Variant]) -> dict[str, Any]:
    script = HERE / "engine/hard_work.py"
    compared = [variant for variant in compared if "--prewake" not in variant.options]  # offline nobody waits for a time
    runs: dict[str, list[dict[str, float]]] = {variant.title: [] for variant in compared}
    with tempfile.TemporaryDirectory() as folder:
        song = Path(folder, "song.mid")
        write_song(song, channels=2, notes=options.notes)
        for _ in range(5):
            for variant in compared:
                words = ["transform", str(song), "-o", str(Path(folder, "out.mid")), "--frames", "256"]
                words += ["--script", f"1:{script}", "--script", f"2:{script}"]
                runs[variant.title].append(offline_figures(run(variant, words)))
    found = {}
    for title, figures in runs.items():
        found[title] = {key: statistics.median(one[key] for one in figures) for key in figures[0]}
        print(f"{title:<26} {found[title]['seconds']:.3f} s, the busier script worked "
              f"{found[title]['busy_share']:.1%} of them", flush=True)
    return found


def median_of(figures: list[Any]) -> Any:
    """Of every number in figures of the same shape."""
    if isinstance(figures[0], dict):
        return {key: median_of([one[key] for one in figures]) for key in figures[0]}
    return statistics.median(figures)


def play_line(row: dict[str, Any]) -> str:
    scripting, busy, us = row["scripting_percent"], row["busy_percent"], row["wait_us"]
    return (f"{row['frames']:>4} frames, {row['tracks']} tracks, {row['variant']:<24} scripting p50 {scripting['p50']:6.2f} "
            f"p99 {scripting['p99']:7.2f} %, of all blocks {row['mean_all_percent']:6.3f} %   busy p50 {busy['p50']:6.2f} "
            f"p99 {busy['p99']:7.2f} %   wait p50 {us['p50']:6.1f} p99 {us['p99']:7.1f} us   {row['calls']:.0f} calls, "
            f"late {row['late_share']:.2%}   xruns {row['xruns']:.0f}")


def bad_line(row: dict[str, Any]) -> str:
    us = row["wait_us"]
    return (f"beside {row['beside']:<6} {row['variant']:<24} good: wait p50 {us['p50']:8.1f} p99 {us['p99']:9.1f} max "
            f"{us['max']:9.1f} us, late {row['late_share']:7.2%} of {row['calls']} calls   callback p99 "
            f"{row['callback_percent']['p99']:8.1f} %   xruns {row['xruns']}")


def ratio(value: float, reference: float) -> str:
    return results.number(value / reference) if reference > 0 else "–"


def section(figures: dict[str, Any]) -> list[str]:
    lines = ["## The engine", "", *machine.sentences(figures["machine"], figures["seconds"]),
             f"- {figures['seconds_per_run']} s per run, {figures['rounds']} rounds of which the median counts", ""]
    if "play" in figures:
        lines += ["### The arpeggiator on a busy song", "",
                  "Percent of the block. Scripting and BUSY: over the blocks in which a track's script was called, of the "
                  "track that fares worst; all: scripting of all tracks over all blocks; hop: scripting minus BUSY at the "
                  "median; late: part of the calls; CPU: of one core, the application and its children. The last columns: "
                  "scripting as a multiple of the in-process one's of the same frames and tracks.", ""]
        rows = []
        for row in figures["play"]:
            inside = next((other for other in figures["play"] if "GIL" in other["variant"]
                           and (other["frames"], other["tracks"]) == (row["frames"], row["tracks"])), None)
            s, b = row["scripting_percent"], row["busy_percent"]
            compared = [ratio(s[key], inside["scripting_percent"][key]) if inside else "–" for key in ("p50", "p99")]
            rows.append([f"{row['frames']} frames, {row['tracks']} tracks, {row['variant']}", f"{s['p50']:.2f}",
                         f"{s['p99']:.2f}", f"{row['mean_all_percent']:.3f}", f"{b['p50']:.2f}",
                         f"{row['hop_percent']:.2f}", f"{row['called']:.1%}", f"{row['calls']:.0f}",
                         f"{row['late_share']:.2%}", f"{row['xruns']:.0f}", f"{row['cpu']:.0%}", *compared])
        lines += [*results.table(["", "scripting p50", "p99", "all", "BUSY p50", "hop", "called", "calls", "late", "xruns",
                                  "CPU", "× one GIL p50", "p99"], rows), ""]
    if "bad" in figures:
        lines += ["### Three good scripts beside bad ones", "",
                  "As many scripts as cores burn 5 ms for every event; WAIT of the good ones as a multiple of the same "
                  "variant's without the bad ones.", ""]
        rows = []
        for row in figures["bad"]:
            alone = next(o for o in figures["bad"] if o["variant"] == row["variant"] and o["beside"] == "none")
            rows.append([f"{row['variant']}, beside {row['beside']}",
                         ratio(row["wait_us"]["p50"], alone["wait_us"]["p50"]),
                         ratio(row["wait_us"]["p99"], alone["wait_us"]["p99"]), f"{row['late_share']:.2%}",
                         f"{row['callback_percent']['p99']:.1f}", str(row["xruns"])])
        lines += [*results.table(["", "WAIT p50", "WAIT p99", "late", "callback p99, % of the block", "xruns"], rows), ""]
    if "offline" in figures:
        inside = next(values for title, values in figures["offline"].items() if "GIL" in title)
        lines += ["### Throughput of two scripts offline", "", "Median of 5 runs.", ""]
        rows = [[title, ratio(inside["seconds"], values["seconds"]), f"{values['busy_share']:.1%}",
                 f"{values['busy_sum_share']:.2f}"] for title, values in figures["offline"].items()]
        lines += [*results.table(["", "throughput of one GIL's", "of the time the busier script worked",
                                  "scripts at work at once"], rows), ""]
    return lines


def draw(figures: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    play = figures.get("play", [])
    for percentile in ("p50", "p99"):
        groups = list(dict.fromkeys(f"{row['frames']} fr.\n{row['tracks']} tr." for row in play))
        series: dict[str, list[float]] = {}
        for row in play:
            series.setdefault(row["variant"], []).append(row["scripting_percent"][percentile])
        if play:
            plots.plot_bars(f"Arpeggiator: scripting, {percentile} of the called blocks", "percent of the block", groups,
                            series, folder / f"engine-play-{percentile}.png")
    if "bad" in figures:
        names = list(dict.fromkeys(row["variant"] for row in figures["bad"]))
        series = {}
        for row in figures["bad"]:
            series.setdefault(f"beside {row['beside']}", []).append(row["wait_us"]["p99"])
        plots.plot_bars("Three good scripts: p99 of WAIT", "microseconds", names, series, folder / "engine-bad.png")


def numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outboard", type=Path, required=True, help="the application as built")
    parser.add_argument("--one-gil", type=Path, required=True, help="outboard-one-gil as built")
    parser.add_argument("--full", action="store_true", help="64, 128, 256 frames; 1, 2, 4, 8 tracks; 30 s, 3 rounds")
    parser.add_argument("--parts", default="play,bad,offline", help="some of them (default: all)")
    parser.add_argument("--frames", type=numbers, help="periods of the JACK server, such as 64,128,256")
    parser.add_argument("--tracks", type=numbers, help="how many tracks have the script, such as 1,2,4,8")
    parser.add_argument("--seconds", type=float, help="per run (default 6)")
    parser.add_argument("--rounds", type=int, help="runs of which the median counts (default 1)")
    parser.add_argument("--notes", type=int, help="of the offline song, per channel (default 200)")
    parser.add_argument("--song", type=Path, default=SONG)
    parser.add_argument("--out", type=Path, default=Path("build/bench"), help="folder for engine.json and the pictures")
    parser.add_argument("--results", type=Path, help="write the ratios into this file")
    parser.add_argument("--from-json", type=Path, help="do not measure: take the figures of an earlier run")
    options = parser.parse_args()
    options.frames = options.frames or ([64, 128, 256] if options.full else [64, 256])
    options.tracks = options.tracks or ([1, 2, 4, 8] if options.full else [1, 4])
    options.seconds = options.seconds or (30 if options.full else 6)
    options.rounds = options.rounds or (3 if options.full else 1)
    options.notes = options.notes or (2000 if options.full else 200)
    options.parts = options.parts.split(",")
    if unknown := set(options.parts) - {"play", "bad", "offline"}:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    return options


def measure(options: argparse.Namespace) -> dict[str, Any]:
    if not options.song.exists():
        sys.exit(f"the song {options.song} is not there: it comes with the package openttd-openmsx, or choose --song")
    figures: dict[str, Any] = {"kind": "engine", "machine": machine.describe(), "seconds_per_run": options.seconds,
                               "rounds": options.rounds}
    began = time.monotonic()
    compared = variants(options.outboard, options.one_gil)
    parts = {"play": play_part, "bad": bad_part, "offline": offline_part}
    for name in options.parts:
        print(f"---- {name}", flush=True)
        figures[name] = parts[name](options, compared)
        figures["seconds"] = round(time.monotonic() - began, 1)
        (options.out / "engine.json").write_text(json.dumps(figures, indent=1) + "\n")
    return figures


def main() -> None:
    options = parse()
    options.out.mkdir(parents=True, exist_ok=True)
    figures = json.loads(options.from_json.read_text()) if options.from_json else measure(options)
    draw(figures, options.out / "plots")
    print(f"\nfigures: {options.out / 'engine.json'}; pictures: {options.out / 'plots'}")
    if options.results:
        results.write_section(options.results, "engine", section(figures))
        print(f"ratios: {options.results}")


main()
