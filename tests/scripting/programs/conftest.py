"""Puts the package on the path, and starts the program that plays scripts in the real host."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripting" / "python"))

from engine import SlotPlayer  # noqa: E402


@pytest.fixture(scope="session")
def player() -> Iterator[SlotPlayer]:
    made = SlotPlayer()
    yield made
    made.close()
