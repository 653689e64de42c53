"""The results file: each benchmark writes its own section and leaves the others' as they are."""

from __future__ import annotations

from pathlib import Path

HEAD = """# Results

Written by `./dev bench … --results tests/bench/RESULTS.md`; what is measured and how to read it is in `README.md`.
Figures are ratios: they travel better from one machine to another than microseconds do.
"""


def write_section(path: Path, name: str, lines: list[str]) -> None:
    """Replaces the section `name`, or appends it."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = path.read_text() if path.exists() else HEAD
    section = "\n".join([begin, *lines, end])
    if begin in text and end in text:
        text = text[: text.index(begin)] + section + text[text.index(end) + len(end) :]
    else:
        text = text.rstrip("\n") + "\n\n" + section + "\n"
    path.write_text(text)


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Markdown; the first column is text, the others are numbers."""
    line = "|---|" + "---:|" * (len(head) - 1)
    return ["| " + " | ".join(head) + " |", line, *("| " + " | ".join(row) + " |" for row in rows)]


def number(value: float | None) -> str:
    """Three digits that count."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
