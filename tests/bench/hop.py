#!/usr/bin/python3
"""Runs hop_bench, then makes of its JSON what is asked for: pictures, a section of the results file.

Options that are not listed here go to hop_bench (`--program-help` lists those).
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from report import machine, plots, results


def measure(program: Path, arguments: list[str], json_path: Path) -> dict[str, Any]:
    said = machine.describe()
    began = time.monotonic()
    json_path.unlink(missing_ok=True)
    try:
        code = subprocess.run([program, "--json", json_path, *arguments], check=False).returncode
    except KeyboardInterrupt:
        code = 0  # the conditions that are complete count
    if code != 0 or not json_path.exists():
        sys.exit(f"hop_bench ended with {code} before its first condition was complete" if not json_path.exists()
                 else f"hop_bench ended with {code}; {json_path} has the conditions that were complete")
    figures: dict[str, Any] = json.loads(json_path.read_text())
    figures["machine"] = said
    figures["seconds"] = round(time.monotonic() - began, 1)
    json_path.write_text(json.dumps(figures, indent=1) + "\n")
    return figures


def draw(figures: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for i, condition in enumerate(figures["conditions"]):
        words = re.sub(r"[^a-z0-9.]+", "-", condition["description"].lower()).strip("-")
        plots.plot_condition(condition, folder / f"hop-{i + 1:03}-{words[:90]}.png")


def reference_words(condition: dict[str, Any], name: str, title: str) -> str:
    for result in condition["results"]:
        if result["name"] == name and "us" in result:
            us = result["us"]
            return f"{title}: p50 {us['p50']:.1f}, p99 {us['p99']:.1f}, p99.9 {us['p999']:.1f} µs"
    return f"{title}: not measured here"


def section(figures: dict[str, Any]) -> list[str]:
    lines = ["## The hop", "", *machine.sentences(figures["machine"], figures["seconds"])]
    lines += [f"- {figures['seconds_per_contestant']} s per contestant and condition", ""]
    head = ["multiples of the same percentile of …", "futex p50", "p99", "p99.9", "spin p50", "p99", "p99.9",
            "child CPU", "host CPU", "met polling"]
    for condition in figures["conditions"]:
        rows = []
        for result in condition["results"]:
            if "left_out" in result:
                rows.append([f"{result['title']}: {result['left_out']}", *[""] * 9])
                continue
            row = [result["title"]]
            for reference in ("to_futex", "to_spin"):
                ratios = result.get(reference, {})
                row += [results.number(ratios.get(key)) for key in ("p50", "p99", "p999")]
            row += [f"{result['child_cpu']:.1%}", f"{result['host_cpu']:.1%}"]
            row.append(f"{result['met_polling']:.1%}" if "met_polling" in result else "")
            rows.append(row)
        calls = max((result.get("calls", 0) for result in condition["results"]), default=0)
        description = condition["description"]
        title = description[0].upper() + description[1:]
        lines += [f"### {title}", "",
                  f"{reference_words(condition, 'futex', 'Raw futex')}; "
                  f"{reference_words(condition, 'spin', 'raw spin')}; up to {calls} calls each.", "",
                  *results.table(head, rows), ""]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, required=True, help="hop_bench as built")
    parser.add_argument("--out", type=Path, default=Path("build/bench"), help="folder for hop.json and the pictures")
    parser.add_argument("--results", type=Path, help="write the ratios into this file")
    parser.add_argument("--from-json", type=Path, help="do not measure: take the figures of an earlier run")
    parser.add_argument("--program-help", action="store_true", help="the options of hop_bench")
    parser.add_argument("--check", action="store_true", help="only ask every contestant a few things")
    options, others = parser.parse_known_args()
    if options.program_help or options.check:
        word = "--help" if options.program_help else "--check"
        sys.exit(subprocess.run([options.program, word], check=False).returncode)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.from_json:
        figures = json.loads(options.from_json.read_text())
    else:
        figures = measure(options.program, others, options.out / "hop.json")
    draw(figures, options.out / "plots")
    print(f"\nfigures: {options.out / 'hop.json'}; pictures: {options.out / 'plots'}")
    if options.results:
        results.write_section(options.results, "hop", section(figures))
        print(f"ratios: {options.results}")


main()
