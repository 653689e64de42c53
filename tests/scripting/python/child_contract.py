"""Loads scripts as the child program does, for tests of its contract: records in, records out."""

from __future__ import annotations

from pathlib import Path

import pytest

from outboard import _active, _child

NEVER = 2**63 - 1
POINT = (32, 0, 0.0, 0.0, 0.0, 120.0, 1, 4, 4, 0.0, 0)
START = (34, 0)
OPTIONS = {"sample_rate": 48000.0, "seed": 0, "channel": 1, "values": {}, "slot": 0}


@pytest.fixture(autouse=True)
def no_script_left():
    """For each test of a module that imports it."""
    yield
    _active.runtime = None


def load(tmp_path: Path, source: str, **options: object) -> dict[str, object]:
    path = tmp_path / "s.py"
    path.write_text("from outboard import *\n" + source, encoding="utf-8")
    return _child.load(str(path), {**OPTIONS, **options})
