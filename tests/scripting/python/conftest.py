"""Puts the package on the path, and runs scripts at every block size."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any, Callable, Iterable, List

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripting" / "python"))

from outboard import Event, samples  # noqa: E402
from outboard.testing import Script  # noqa: E402

#: None: the whole run in one call.
BLOCKS = (None, 1, 32, 64, 441, 1024)

FACTORY = ROOT / "scripting" / "factory"

Play = Callable[..., List[Event]]


class Bench:
    """A script under test. `play` runs it at every block size, and checks that nothing differs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.script = Script(path)

    def play(self, events: Iterable[Any] = (), blocks: Iterable[int | None] = BLOCKS, **options: Any) -> list[Event]:
        events = list(events)
        options.setdefault("until", samples(300))
        first: tuple[list[Event], list[Any]] | None = None
        for block in blocks:
            heard = self.script.run(events, block=block, **options)
            times = [event.time for event in heard]
            assert times == sorted(times)
            if first is None:
                first = (heard, self.script.log)
            assert heard == first[0], f"block size {block} differs from {next(iter(blocks))}"
            assert self.script.log == first[1], f"block size {block} logs something else"
        assert first is not None
        return first[0]

    @property
    def printed(self) -> list[str]:
        return [line.text for line in self.script.log if line.level == 0]

    @property
    def errors(self) -> list[str]:
        return self.script.errors


@pytest.fixture
def bench(tmp_path: Path) -> Callable[[str], Bench]:
    """Makes a script of source text. `say(...)` in it is a log line at level 0, to look at."""
    count = 0

    def make(source: str) -> Bench:
        nonlocal count
        count += 1
        path = tmp_path / f"script{count}.py"
        path.write_text(PRELUDE + textwrap.dedent(source), encoding="utf-8")
        return Bench(path)

    return make


@pytest.fixture
def factory() -> Callable[[str], Bench]:
    return lambda name: Bench(FACTORY / f"{name}.py")


PRELUDE = """\
from outboard import *
from outboard import _active

def say(*values):
    _active.current().write(0, " ".join(map(str, values)), "", 0)

"""

PRELUDE_LINES = PRELUDE.count("\n")
