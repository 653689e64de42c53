"""What is taken from a run's --stats."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any


def spread(figures: list[int]) -> str:
    """Least, median and most: what differs by less than that does not differ."""
    return f"{min(figures)}, {statistics.median(figures):g}, {max(figures)}"


def tracks(stats: dict[str, Any], script: str | None = None) -> list[dict[str, Any]]:
    """The tracks with a script; of this name, if one is given."""
    return [t for t in stats["tracks"] if t["script"] and (script is None or Path(t["script"]).stem == script)]


def play_figures(stats: dict[str, Any], script: str | None = None) -> dict[str, Any]:
    """Percent of the block, microseconds, and counts. Percentiles are over the blocks in which a track's script was
    called, of the track that fares worst; `mean_all` is the whole engine's scripting over all blocks."""
    layers, chosen = stats["layers"], tracks(stats, script)
    calls = sum(t["calls"] for t in chosen)
    return {
        "blocks": stats["blocks"],
        "calls": calls,
        "called": calls / max(1, stats["blocks"] * len(chosen)),
        "scripting_percent": worst([t["layers"] for t in chosen], "scripting"),
        "busy_percent": worst([t["layers"] for t in chosen], "busy"),
        "hop_percent": percent_of_block(worst(chosen, "hop_us"), stats),
        "mean_all_percent": layers["scripting"]["mean"],
        "callback_percent": {key: layers["callback"][key] for key in ("mean", "p50", "p99", "p999", "max")},
        "wait_us": worst(chosen, "wait_us"),
        "busy_us": worst(chosen, "busy_us"),
        "late": sum(t["late"] + t["missed"] for t in chosen),
        "late_share": sum(t["late"] + t["missed"] for t in chosen) / max(1, calls),
        "xruns": stats["xruns"],
        "met_polling": met_polling(chosen),
        "poll_burn": sum(t.get("poll_burn", 0.0) for t in chosen),
        "cpu": stats["cpu"],
    }


def met_polling(chosen: list[dict[str, Any]]) -> float:
    """Part of the posts that found their child polling."""
    hits = sum(t.get("prewake_hits", 0) for t in chosen)
    return float(hits / max(1, hits + sum(t.get("prewake_misses", 0) for t in chosen)))


def percent_of_block(microseconds: dict[str, float], stats: dict[str, Any]) -> dict[str, float]:
    return {name: value * 1e-4 * stats["rate"] / stats["frames"] for name, value in microseconds.items()}


def worst(chosen: list[dict[str, Any]], key: str) -> dict[str, float]:
    """Of several tracks the one that fares worst, percentile by percentile."""
    return {name: max((t[key][name] for t in chosen), default=0.0) for name in ("p50", "p99", "p999", "max")}


def offline_figures(stats: dict[str, Any]) -> dict[str, float]:
    """Seconds spent on the blocks, the part of them in BUSY (the layer, as the CPU panel has it), the part that the busiest
    script worked, and the processor time of all scripts' work: less than the work itself when they were kept from their
    cores."""
    period = stats["frames"] / stats["rate"]
    spent = stats["layers"]["callback"]["mean"] / 100 * stats["blocks"] * period
    busy = [t["busy_us"]["mean"] * t["busy_us"]["count"] / 1e6 for t in tracks(stats)]
    cpu = sum(t["busy_cpu_us_mean"] * t["busy_us"]["count"] for t in tracks(stats)) / 1e6
    return {
        "seconds": spent,
        "in_busy": stats["layers"]["busy"]["mean"] / stats["layers"]["callback"]["mean"],
        "busy_share": max(busy) / spent,
        "busy_sum_share": sum(busy) / spent,
        "busy_seconds": sum(busy),
        "busy_cpu_seconds": cpu,
    }
