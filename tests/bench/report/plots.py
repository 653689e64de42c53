"""Distributions as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib  # type: ignore[import]

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # type: ignore[import]  # noqa: E402


def _tail(histogram: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Times, and which part of the calls took longer."""
    counts = histogram["counts"]
    total = sum(counts)
    times, parts, above = [], [], total
    for i, count in enumerate(counts):
        if 0 < above:
            times.append(histogram["lowest_us"] * 10 ** (i / histogram["per_decade"]))
            parts.append(above / total)
        above -= count
    return times, parts


def plot_condition(condition: dict[str, Any], path: Path) -> None:
    """One picture: how many calls took longer than …, both axes logarithmic. Dashed: with our pre-wake."""
    measured = [result for result in condition["results"] if "histogram" in result]
    names = list(dict.fromkeys(result["name"].removesuffix("+prewake") for result in measured))
    colours = {name: plt.get_cmap("tab10")(i % 10) for i, name in enumerate(names)}
    figure, axes = plt.subplots(figsize=(11, 6.5))
    for result in measured:
        name = result["name"].removesuffix("+prewake")
        prewake = result["name"] != name
        times, parts = _tail(result["histogram"])
        axes.step(times, parts, where="post", color=colours[name], linestyle="--" if prewake else "-",
                  linewidth=2.2 if name == "shm" else 1.2, label=result["title"])
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(top=1)
    axes.set_xlabel("microseconds from the first post to the last answer")
    axes.set_ylabel("part of the calls that took longer")
    axes.set_title(condition["description"], fontsize=10)
    axes.grid(True, which="major", alpha=0.3)
    axes.legend(fontsize=7, ncol=2, loc="lower left")
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def plot_bars(title: str, unit: str, groups: list[str], series: dict[str, list[float]], path: Path) -> None:
    """Groups of bars, one per series."""
    figure, axes = plt.subplots(figsize=(max(7, 1.1 * len(groups) * max(1, len(series) / 2)), 5))
    width = 0.8 / max(1, len(series))
    for i, (name, values) in enumerate(series.items()):
        axes.bar([g + (i - (len(series) - 1) / 2) * width for g in range(len(groups))], values, width, label=name)
    axes.set_xticks(range(len(groups)), groups, fontsize=8)
    axes.set_ylabel(unit)
    axes.set_title(title, fontsize=10)
    axes.grid(True, axis="y", alpha=0.3)
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
