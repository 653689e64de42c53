#!/usr/bin/python3
"""What scripting costs the engine: ours beside the same scripts in one process under one GIL.

Parts: `play` (the arpeggiator on a busy song, through PortAudio on a JACK server without a sound card), `bad`
(three good scripts beside scripts that burn 5 ms per event), `offline` (throughput of two scripts on two cores),
`loops` (endless loops, and how long they live). Long ones, only when asked for: `stress` (both transports under
stress-ng), `eight` (eight scripts: idle, busy, late, looping), `faults` (pages that somebody had to wait for).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from engine import faults, parts, soak, words
from engine.run import variants
from report import machine, results

SONG = Path("/usr/share/games/openttd/baseset/openmsx/tttheme2.mid")
PARTS = {"play": parts.play, "bad": parts.bad, "offline": parts.offline, "loops": soak.loops,
         "stress": soak.stress, "eight": soak.eight, "faults": faults.faults}


def numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outboard", type=Path, required=True, help="the application as built")
    parser.add_argument("--one-gil", type=Path, required=True, help="outboard-one-gil as built")
    parser.add_argument("--full", action="store_true", help="64, 128, 256 frames; 1, 2, 4, 8 tracks; 30 s, 3 rounds")
    parser.add_argument("--parts", default="play,bad,offline,loops",
                        help="some of them, and of the long ones: stress, eight, faults (default: play,bad,offline,loops)")
    parser.add_argument("--frames", type=numbers, help="periods of the JACK server (default 64,256)")
    parser.add_argument("--tracks", type=numbers, help="how many tracks have the script (default 1,4)")
    parser.add_argument("--seconds", type=float, help="per run (default 6)")
    parser.add_argument("--soak", type=float, default=600, help="seconds of the long parts, for each (default 600)")
    parser.add_argument("--rounds", type=int, help="runs of which the median counts (default 1)")
    parser.add_argument("--notes", type=int, help="of the offline song, per channel (default 60)")
    parser.add_argument("--song", type=Path, default=SONG)
    parser.add_argument("--out", type=Path, default=Path("build/bench"), help="folder for engine.json and the pictures")
    parser.add_argument("--results", type=Path, help="write the ratios into this file")
    parser.add_argument("--from-json", type=Path, help="do not measure: take the figures of an earlier run")
    options = parser.parse_args()
    options.frames = options.frames or ([64, 128, 256] if options.full else [64, 256])
    options.tracks = options.tracks or ([1, 2, 4, 8] if options.full else [1, 4])
    options.seconds = options.seconds or (30 if options.full else 6)
    options.rounds = options.rounds or (3 if options.full else 1)
    options.notes = options.notes or (600 if options.full else 60)
    options.parts = options.parts.split(",")
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    return options


def measure(options: argparse.Namespace) -> dict[str, Any]:
    if not options.song.exists():
        sys.exit(f"the song {options.song} is not there: it comes with the package openttd-openmsx, or choose --song")
    figures: dict[str, Any] = {"kind": "engine", "machine": machine.describe(), "seconds_per_run": options.seconds,
                               "rounds": options.rounds}
    began = time.monotonic()
    compared = variants(options.outboard, options.one_gil)
    for name in options.parts:
        print(f"---- {name}", flush=True)
        figures[name] = PARTS[name](options, compared)
        figures["seconds"] = round(time.monotonic() - began, 1)
        (options.out / "engine.json").write_text(json.dumps(figures, indent=1) + "\n")
    return figures


def main() -> None:
    options = parse()
    options.out.mkdir(parents=True, exist_ok=True)
    figures = json.loads(options.from_json.read_text()) if options.from_json else measure(options)
    words.draw(figures, options.out / "plots")
    print(f"\nfigures: {options.out / 'engine.json'}; pictures: {options.out / 'plots'}")
    if options.results:
        results.write_section(options.results, "engine", words.section(figures))
        print(f"ratios: {options.results}")


main()
