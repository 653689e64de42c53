"""The figures as lines for the terminal, as tables for the results file, as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from report import machine, plots, results

from .figures import spread


def play_line(row: dict[str, Any]) -> str:
    scripting, busy, hop, wait = (row[key] for key in ("scripting_percent", "busy_percent", "hop_percent", "wait_us"))
    return (
        f"{row['frames']:>4} frames, {row['tracks']} tracks, {row['variant']:<24} "
        f"scripting p50 {scripting['p50']:6.2f} p99 {scripting['p99']:7.2f} %, all {row['mean_all_percent']:6.3f} %   "
        f"busy p50 {busy['p50']:6.2f} p99 {busy['p99']:7.2f} % "
        f"({_ratio(row['busy_us']['p50'], row['hot_busy_us'])} × hot)   hop p50 {hop['p50']:6.2f} p99 {hop['p99']:7.2f} %   "
        f"wait p50 {wait['p50']:6.1f} p99 {wait['p99']:7.1f} us   "
        f"{row['calls']:.0f} calls, late {row['late_share']:.2%}   xruns {row['xruns']:.0f}"
    )


def bad_line(row: dict[str, Any]) -> str:
    wait = row["wait_us"]
    return (
        f"beside {row['beside']:<6} {row['variant']:<24} "
        f"good: wait p50 {wait['p50']:8.1f} p99 {wait['p99']:9.1f} max {wait['max']:9.1f} us, "
        f"late {row['late_share']:7.2%} of {row['calls']} calls   "
        f"callback p99 {row['callback_percent']['p99']:8.1f} %   xruns {row['xruns']}"
    )


def offline_line(title: str, values: dict[str, float]) -> str:
    return (
        f"{title:<26} {values['seconds']:.3f} s, in BUSY {values['in_busy']:.1%} of them; the busier script worked {values['busy_share']:.1%}; "
        f"both: {values['busy_seconds']:.3f} s, on a core {values['busy_cpu_seconds']:.3f} s"
    )


# ---- the results file ------------------------------------------------------------------------------------------------


def section(figures: dict[str, Any]) -> list[str]:
    lines = ["## The engine", "", *machine.sentences(figures["machine"], figures["seconds"])]
    lines += [f"- {figures['seconds_per_run']} s per run, of {figures['rounds']} rounds the median", ""]
    if "play" in figures:
        lines += _play_section(figures["play"])
    if "bad" in figures:
        lines += _bad_section(figures["bad"])
    if "offline" in figures:
        lines += _offline_section(figures["offline"])
    if "loops" in figures:
        lines += _loops_section(figures["loops"])
    if "stress" in figures:
        lines += _stress_section(figures["stress"])
    if "eight" in figures:
        lines += _eight_section(figures["eight"])
    if "faults" in figures:
        lines += _faults_section(figures["faults"])
    return lines


def _ratio(value: float, reference: float) -> str:
    return results.number(value / reference) if reference > 0 else "–"


def _play_section(play: list[dict[str, Any]]) -> list[str]:
    head = ["", "scripting p50", "p99", "all", "BUSY p50", "× hot", "hop p50", "p99", "polling met", "polling burnt"]
    head += ["called", "calls", "late", "xruns", "CPU", "× one GIL p50", "p99"]
    rows = []
    for row in play:
        where = (row["frames"], row["tracks"])
        inside = [o for o in play if "GIL" in o["variant"] and (o["frames"], o["tracks"]) == where]
        scripting = row["scripting_percent"]
        compared = ["–", "–"]
        if inside:
            compared = [_ratio(scripting[key], inside[0]["scripting_percent"][key]) for key in ("p50", "p99")]
        rows.append([
            f"{row['frames']} frames, {row['tracks']} tracks, {row['variant']}",
            f"{scripting['p50']:.2f}", f"{scripting['p99']:.2f}", f"{row['mean_all_percent']:.3f}",
            f"{row['busy_percent']['p50']:.2f}", _ratio(row["busy_us"]["p50"], row.get("hot_busy_us", 0.0)),
            f"{row['hop_percent']['p50']:.2f}", f"{row['hop_percent']['p99']:.2f}",
            f"{row['met_polling']:.1%}", f"{row['poll_burn']:.1f}",
            f"{row['called']:.1%}", f"{row['calls']:.0f}", f"{row['late_share']:.2%}", f"{row['xruns']:.0f}",
            f"{row['cpu']:.0%}",
            *compared,
        ])
    return [
        "### The arpeggiator on a busy song", "",
        "Percent of the block. Scripting and BUSY: over the blocks in which a track's script was called, of the track "
        "that fares worst; × hot: BUSY as a multiple of what the same calls take in-process, one right after the other; all: "
        "scripting of all tracks over all blocks; hop: what of scripting was not spent on waiting while the script was at "
        "work, call by call; polling burnt: percent of a core, all children; CPU: of one core, the application and its "
        "children. The last columns: scripting as a multiple of the in-process one's.", "",
        *results.table(head, rows), "",
    ]


def _bad_section(bad: list[dict[str, Any]]) -> list[str]:
    rows = []
    for row in bad:
        alone = next(o for o in bad if o["variant"] == row["variant"] and o["beside"] == "none")
        rows.append([
            f"{row['variant']}, beside {row['beside']}",
            *(_ratio(row["wait_us"][key], alone["wait_us"][key]) for key in ("p50", "p99")),
            f"{row['late_share']:.2%}", str(row["calls"]), f"{row['callback_percent']['p99']:.1f}", str(row["xruns"]),
        ])
    head = ["", "WAIT p50", "WAIT p99", "late", "calls", "callback p99, % of the block", "xruns"]
    return [
        "### Three good scripts beside bad ones", "",
        "As many scripts as cores burn 5 ms for every event. WAIT of the good ones as a multiple of the same variant's "
        "without the bad ones.", "",
        *results.table(head, rows), "",
    ]


def _offline_section(offline: dict[str, Any]) -> list[str]:
    variants = offline["variants"]
    inside = next(values for title, values in variants.items() if "GIL" in title)
    rows = [
        [
            title, _ratio(inside["seconds"], one["seconds"]), f"{one['in_busy']:.1%}", f"{one['busy_share']:.1%}",
            f"{one['busy_sum_share']:.2f}",
            _ratio(one["busy_cpu_seconds"], one["busy_seconds"]),
        ]
        for title, one in variants.items()
    ]
    head = ["", "throughput of one GIL's", "of the time in BUSY", "the busier script worked", "scripts at work at once"]
    head.append("of their work on a core")
    return [
        "### Throughput of two scripts offline", "",
        "Median of 5 runs. Two Python processes that have nothing to do with each other got "
        f"{offline['ceiling']:.2f} times as much done as one: more than that the machine did not give.", "",
        *results.table(head, rows), "",
    ]


def _loops_section(found: dict[str, Any]) -> list[str]:
    lived = found["lived_ms"]
    return [
        "### Endless loops", "",
        f"As many as cores, beside three good scripts: {len(lived)} loops lived {min(lived):.0f} to {max(lived):.0f} ms. "
        f"The good ones were late in {found['late_share']:.3%} of their blocks; callback p99 {found['callback_p99']:.1f} % "
        f"of the block, longest block {found['callback_max']:.0f} %; events lost: {found['events_lost']}, notes hanging: "
        f"{found['notes_hanging']}.", "",
    ]


def _stress_section(found: list[dict[str, Any]]) -> list[str]:
    rows = [
        [
            f"{one['variant']}, {'SCHED_FIFO' if one['realtime'] else 'normal priority'}", f"{one['seconds']:.0f}",
            str(one["calls"]), str(one["late"]), spread(one["late_per_turn"]), f"{one['late_share']:.2%}", f"{one['wait_p999_us_median']:.0f}",
            f"{one['wait_p999_us']:.0f}",
            str(one["events_lost"]), str(one["notes_hanging"]), str(one["xruns"]),
        ]
        for one in found
    ]
    head = ["", "seconds", "calls", "late", "least, median, most per turn", "of the calls", "WAIT p99.9 of the median turn, µs",
            "of the worst", "lost", "hanging", "xruns"]
    return ["### Under stress-ng", "", f"Turns of {found[0]['turn']:.0f} s, 64 frames.", "", *results.table(head, rows), ""]


def _eight_section(found: dict[str, Any]) -> list[str]:
    ended = ", ".join(f"{count} × {reason}" for reason, count in found["reasons"].items()) or "none"
    return [
        "### Eight scripts of every kind", "",
        f"{found['seconds']:.0f} s, 64 frames: the good ones late in {found['late_share']:.3%} of their blocks "
        f"({found['late']} of {found['calls']} calls); events lost: {found['events_lost']}, notes hanging: "
        f"{found['notes_hanging']}; callback p99 {found['callback_p99']:.1f} % of the block, xruns {found['xruns']}. "
        f"Children that were ended: {ended}.", "",
    ]


def _faults_section(found: list[dict[str, Any]]) -> list[str]:
    rows = [[one["script"], str(one["callback"]), str(one["blocks"]), str(one["child"]), str(one["calls"])] for one in found]
    return ["### Page faults", "", "From the sixth second on.", "",
            *results.table(["", "of the callback", "in blocks", "of the child", "in calls"], rows), ""]


# ---- pictures --------------------------------------------------------------------------------------------------------


def draw(figures: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    play = figures.get("play", [])
    for percentile in ("p50", "p99") if play else ():
        groups = list(dict.fromkeys(f"{row['frames']} fr.\n{row['tracks']} tr." for row in play))
        title = f"Arpeggiator: scripting, {percentile} of the called blocks"
        series: dict[str, list[float]] = {}
        for row in play:
            series.setdefault(row["variant"], []).append(row["scripting_percent"][percentile])
        plots.plot_bars(title, "percent of the block", groups, series, folder / f"engine-play-{percentile}.png")
    if "bad" in figures:
        names = list(dict.fromkeys(row["variant"] for row in figures["bad"]))
        series = {}
        for row in figures["bad"]:
            series.setdefault(f"beside {row['beside']}", []).append(row["wait_us"]["p99"])
        plots.plot_bars("Three good scripts: p99 of WAIT", "microseconds", names, series, folder / "engine-bad.png")
