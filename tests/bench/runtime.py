#!/usr/bin/python3
"""What the script runtime costs per event, per `play`, per wake, beside plain Python that does as little as can be done.

Every contestant is a process of its own, with the settings of the child program; they take turns. `--against FOLDER`
measures another version of the package `outboard` in the same run.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from report import machine, results
from runtime import rounds, whole, words
from runtime.contestants import CONTESTANTS

PACKAGE = Path(__file__).resolve().parents[2] / "scripting" / "python"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outboard", type=Path, help="the application as built; without it nothing is transformed")
    parser.add_argument("--full", action="store_true", help="200 rounds instead of 20, a song ten times as long")
    parser.add_argument("--rounds", type=int, help="how often each contestant has its turn (default 20)")
    parser.add_argument("--round-ms", type=float, default=25, help="how long a turn is (default 25)")
    parser.add_argument("--only", default="", help="names of contestants, with commas (default: all)")
    parser.add_argument("--against", type=Path, help="folder that has another version of the package, to compare with")
    parser.add_argument("--out", type=Path, default=Path("build/bench"), help="folder for runtime.json")
    parser.add_argument("--results", type=Path, help="write the ratios into this file")
    parser.add_argument("--from-json", type=Path, help="do not measure: take the figures of an earlier run")
    options = parser.parse_args()
    options.rounds = options.rounds or (200 if options.full else 20)
    known = [contestant.name for contestant in CONTESTANTS]
    options.only = options.only.split(",") if options.only else known
    if unknown := set(options.only) - set(known):
        parser.error(f"there is no contestant {', '.join(sorted(unknown))}: there are {', '.join(known)}")
    if options.against and not (options.against / "outboard").is_dir():
        parser.error(f"there is no package outboard in {options.against}")
    return options


def measure(options: argparse.Namespace) -> dict[str, Any]:
    figures: dict[str, Any] = {"kind": "runtime", "machine": machine.describe(), "rounds": options.rounds,
                               "round_seconds": options.round_ms / 1000}
    packages = {"": PACKAGE, **({"(against)": options.against.resolve()} if options.against else {})}
    chosen = [contestant for contestant in CONTESTANTS if contestant.name in options.only]
    began = time.monotonic()
    figures["contestants"] = rounds.measure(chosen, packages, options.rounds, options.round_ms / 1000)
    if options.outboard:
        figures["transform"] = whole.measure(options.outboard, 250_000 if options.full else 25_000, 5)
    figures["seconds"] = round(time.monotonic() - began, 1)
    (options.out / "runtime.json").write_text(json.dumps(figures, indent=1) + "\n")
    return figures


def main() -> None:
    options = parse()
    options.out.mkdir(parents=True, exist_ok=True)
    figures = json.loads(options.from_json.read_text()) if options.from_json else measure(options)
    print("\n".join(words.lines(figures)))
    print(f"\nfigures: {options.out / 'runtime.json'}")
    if options.results:
        results.write_section(options.results, "runtime", words.section(figures))
        print(f"ratios: {options.results}")


main()
