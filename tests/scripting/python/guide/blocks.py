"""The code blocks of the guide for script authors, as files. `python3 blocks.py FOLDER` writes them, for a type checker."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

GUIDE = Path(__file__).resolve().parents[4] / "scripting" / "guide"
PAGES = sorted(GUIDE.glob("*.md"))


class Block(NamedTuple):
    language: str
    text: str
    line: int

    @property
    def name(self) -> str:
        """The file that it is: its first line says so."""
        match = re.match(r"# (\w+\.py)\n", self.text)
        return match[1] if match else ""


def blocks(page: Path) -> list[Block]:
    """All code blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(match[1], match[2], text.count("\n", 0, match.start()) + 1) for match in found]


def write_files(page: Path, folder: Path) -> list[Path]:
    """The Python blocks of a page, as files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for block in blocks(page):
        if block.language == "python":
            path = folder / block.name
            path.write_text(block.text, encoding="utf-8")
            paths.append(path)
    return paths


if __name__ == "__main__":
    for guide_page in PAGES:
        for written in write_files(guide_page, Path(sys.argv[1]) / guide_page.stem):
            print(written)
