"""Waits do not drift: thousands of them, one after the other, through the engine."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from pathlib import Path

import pytest

from midi import CC, ON, read_song, tempo, write_song
from support import outboard

WAITS = 4480
DIVISION = 32767  # at 112 BPM a tick is 0.78 samples: what a tick is rounded from can be told

SCRIPT = f"""
from outboard import beats, on, play, spawn


@on.start
def start() -> None:
    spawn(quarters)


async def quarters() -> None:
    for _ in range({WAITS}):
        play(60, duration=beats(1 / 16))
        await beats(1 / 4)
"""


@pytest.mark.parametrize("frames", [64, 441])
def test_4480_waits_of_a_quarter_beat_at_112_bpm(frames: int, tmp_path: Path) -> None:
    script = tmp_path / "quarters.py"
    script.write_text(SCRIPT)
    song = write_song(tmp_path / "a.mid", [(0, tempo(112)), (DIVISION * WAITS // 4, bytes([CC, 7, 100]))], division=DIVISION)
    outboard("transform", song, "-o", tmp_path / "b.mid", "--script", script, "--frames", frames)
    # A file's tempo is in whole microseconds for a beat: 535714 for 112 BPM.
    samples_per_beat = Fraction(48000 * 535714, 1_000_000)
    channels, _ = read_song(tmp_path / "b.mid")
    ticks = [tick for tick, data in channels[0] if data[0] == ON]
    heard = [floor(tick * samples_per_beat / DIVISION + Fraction(1, 2)) for tick in ticks]
    assert heard == [floor(k * samples_per_beat / 4 + Fraction(1, 2)) for k in range(WAITS)]
