"""The figures as lines for the terminal and as tables for the results file."""

from __future__ import annotations

from typing import Any, Iterator

from report import machine, results

from .contestants import CONTESTANTS, Contestant


def rows(figures: dict[str, Any]) -> Iterator[tuple[Contestant, dict[str, Any], float | None]]:
    """What was measured, in the tables' order; the last: its processor time as a multiple of its floor's."""
    medians = {one["name"]: one["cpu_us"]["p50"] for one in figures["contestants"]}
    for contestant in CONTESTANTS:
        for one in figures["contestants"]:
            if one["name"] == contestant.name:
                floor = medians.get(contestant.floor)
                yield contestant, one, one["cpu_us"]["p50"] / floor if floor else None


def lines(figures: dict[str, Any]) -> list[str]:
    said = [f"{'µs of processor time':<66} {'median':>8} {'quarters':>17} {'× floor':>8} {'wall':>8} {'collector':>10}"]
    for contestant, one, ratio in rows(figures):
        cpu = one["cpu_us"]
        title = f"{contestant.title} {one['package']}".rstrip()
        said.append(
            f"{title:<66} {cpu['p50']:8.3f} {cpu['p25']:8.3f}–{cpu['p75']:<8.3f} {results.number(ratio):>8} "
            f"{one['wall_us']['p50']:8.3f} {one['collecting_us']['p50']:10.3f}  µs per {contestant.unit}"
        )
    inside = sum(one["collected_inside"] for one in figures["contestants"])
    said.append(f"the collector ran inside a block {inside} times")
    for one in figures.get("transform", ()):
        said.append(transform_line(one))
    return said


def transform_line(one: dict[str, Any]) -> str:
    said = (
        f"transform, {one['frames']:>4} frames, {one['script']:<12}: {one['blocks_per_s']:9,.0f} events/s in the blocks, "
        f"{one['whole_per_s']:9,.0f} with start and files; per event: host {one['host_us']:.2f} µs"
    )
    if "child_us" in one:
        said += (
            f", child {one['child_us']:.2f} (decode {one['decode_us']:.2f}, Python {one['python_us']:.2f}, "
            f"encode {one['encode_us']:.2f}; on a core {one['child_cpu_us']:.2f})"
        )
    return said


# ---- the results file ------------------------------------------------------------------------------------------------


def section(figures: dict[str, Any]) -> list[str]:
    said = ["## The runtime", "", *machine.sentences(figures["machine"], figures["seconds"])]
    inside = sum(one["collected_inside"] for one in figures["contestants"])
    said += [
        f"- {figures['rounds']} rounds of {1000 * figures['round_seconds']:.0f} ms each, in turns; the collector ran inside a "
        f"block {inside} times", "",
        "Processor time, as it is and as a multiple of the floor's: of an empty Python function that is called for each "
        "event, or of the barest scheduler. Wall: by processor time; more than 1 where others took the core.", "",
    ]
    table = []
    for contestant, one, ratio in rows(figures):
        cpu = one["cpu_us"]
        table.append([
            f"{contestant.title} {one['package']}".rstrip(), contestant.unit, results.number(ratio),
            results.number(cpu["p50"]), f"{cpu['p25']:.3g}–{cpu['p75']:.3g}",
            f"{one['wall_us']['p50'] / cpu['p50']:.2f}", results.number(one["collecting_us"]["p50"]),
        ])
    head = ["", "unit", "× floor", "µs", "quarters", "wall", "collector between blocks, µs"]
    said += [*results.table(head, table), ""]
    for contestant, one, _ in rows(figures):
        if contestant.name == "pass":
            said += [f"Pass-through{one['package']}: {1e6 / one['cpu_us']['p50']:,.0f} events per second of processor time.", ""]
    return said + _transform(figures.get("transform", []))


def _transform(found: list[dict[str, Any]]) -> list[str]:
    if not found:
        return []
    table = []
    for one in found:
        parts = [f"{one[key]:.2f}" if key in one else "–" for key in ("child_us", "decode_us", "python_us", "encode_us")]
        table.append([
            f"{one['frames']} frames, {one['script']}", f"{one['blocks_per_s']:,.0f}", f"{one['whole_per_s']:,.0f}",
            f"{one['host_us']:.2f}", *parts,
        ])
    head = ["", "events/s in the blocks", "with start and files", "host, µs per event", "child", "decode", "Python", "encode"]
    return ["### Through `outboard transform`", "",
            f"{found[0]['events']:,.0f} events, all of them in and out.", "", *results.table(head, table), ""]
