"""The factory arpeggiator through the engine, asserted by a table of time, key, velocity and length, at four block sizes.

At 120 BPM and 48000 Hz a beat is 24000 samples; with 24000 ticks to the beat a tick is one sample, so that the tables
below are exact to the sample. An eighth is 12000, and half of it sounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from midi import CC, OFF, ON, read_song, tempo, write_song
from support import outboard, read_stats

DIVISION = 24000
Note = tuple[int, int, int, int, int]  # tick, channel, key, velocity, length


def press(tick: int, key: int, velocity: int, length: int, channel: int = 0) -> list[tuple[int, bytes]]:
    return [(tick, bytes([ON | channel, key, velocity])), (tick + length, bytes([OFF | channel, key, 64]))]


# name: (events of the song, notes expected)
TABLES: dict[str, tuple[list[tuple[int, bytes]], list[Note]]] = {
    "a chord at one sample": (
        press(1000, 67, 70, 40000) + press(1000, 60, 90, 40000) + press(1000, 64, 80, 40000),
        [(1000, 0, 60, 90, 6000), (13000, 0, 64, 80, 6000), (25000, 0, 67, 70, 6000), (37000, 0, 60, 90, 6000)]),
    "a key joins and another leaves": (
        press(0, 60, 90, 20000) + press(13000, 72, 50, 30000),
        [(0, 0, 60, 90, 6000), (12000, 0, 60, 90, 6000), (24000, 0, 72, 50, 6000), (36000, 0, 72, 50, 6000)]),
    "key-up exactly on a step": (
        press(0, 60, 100, 24000),
        [(0, 0, 60, 100, 6000), (12000, 0, 60, 100, 6000)]),
    "key-up one sample after a step": (
        press(0, 60, 100, 24001),
        [(0, 0, 60, 100, 6000), (12000, 0, 60, 100, 6000), (24000, 0, 60, 100, 6000)]),
    # Twice as fast from the middle of the second step and, half a note later, of the third note: ticks are beats, so the
    # steps stay where they are in the song while their samples move.
    "tempo change within a step": (
        press(0, 60, 100, 60000) + [(18000, tempo(240)), (27000, tempo(60))],
        [(0, 0, 60, 100, 6000), (12000, 0, 60, 100, 6000), (24000, 0, 60, 100, 6000), (36000, 0, 60, 100, 6000),
         (48000, 0, 60, 100, 6000)]),
    # The controller sets the rate to 1/16 in the middle of a step: it holds from the next whole step on.
    "rate change within a beat": (
        press(0, 60, 100, 30000) + press(0, 64, 100, 30000) + [(16000, bytes([CC, 1, 127]))],
        [(0, 0, 60, 100, 6000), (12000, 0, 64, 100, 6000), (24000, 0, 60, 100, 3000)]),
    "two channels at once": (
        press(500, 60, 100, 30000, channel=0) + press(500, 48, 70, 18000, channel=5) + press(500, 52, 60, 18000, channel=5)
        + press(500, 36, 55, 1000, channel=9),
        [(500, 0, 60, 100, 6000), (12500, 0, 60, 100, 6000), (24500, 0, 60, 100, 6000), (500, 5, 48, 70, 6000),
         (12500, 5, 52, 60, 6000), (500, 9, 36, 55, 1000)]),
}
SETS_THE_RATE = '\n\n@on.cc(1)\ndef faster(e: object) -> None:\n    rate.value = "1/16"\n'


def notes_of(path: Path) -> list[Note]:
    channels, _ = read_song(path)
    notes: list[Note] = []
    for channel, events in channels.items():
        down: dict[int, tuple[int, int]] = {}
        for tick, data in events:
            kind = data[0] & 0xF0
            if kind == ON and data[2] > 0:
                assert data[1] not in down, "a key is pressed twice"
                down[data[1]] = (tick, data[2])
            elif kind in (ON, OFF):
                begun, velocity = down.pop(data[1])
                notes.append((begun, channel, data[1], velocity, tick - begun))
        assert down == {}, "a note hangs"
    return sorted(notes)


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The factory script, which a controller can tell to go faster."""
    lines = outboard("check").stdout.splitlines()
    folder = next(line.split()[-1] for line in lines if line.startswith("factory scripts"))
    path = tmp_path_factory.mktemp("script") / "arpeggiator.py"
    path.write_text(Path(folder, "arpeggiator.py").read_text() + SETS_THE_RATE)
    return path


@pytest.mark.parametrize("frames", [32, 64, 441, 1024])
@pytest.mark.parametrize("name", TABLES)
def test_table(name: str, frames: int, script: Path, tmp_path: Path) -> None:
    events, expected = TABLES[name]
    song = write_song(tmp_path / "a.mid", [(0, tempo(120)), *events], division=DIVISION)
    output, stats = tmp_path / "b.mid", tmp_path / "s.json"
    outboard("transform", song, "-o", output, "--script", script, "--frames", frames, "--stats", stats)
    assert notes_of(output) == sorted(expected)
    track = read_stats(stats)["tracks"][0]
    assert track["events_lost"] == 0 and track["notes_hanging"] == 0
