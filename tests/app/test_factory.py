"""Every factory script through the engine: the same MIDI at every block size, and what `outboard.testing` says of it."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from events import ROOT, as_bytes, as_input  # first: it puts the package on the path
from midi import CC, OFF, ON, PROGRAM, read_song, tempo, write_song
from outboard import beats
from outboard.testing import Script
from support import outboard, read_stats

FACTORY = ROOT / "scripting" / "factory"
NAMES = sorted(path.stem for path in FACTORY.glob("*.py"))
FRAMES = [32, 64, 441, 1024]
DIVISION = 24000  # at 120 BPM and 48000 Hz a tick is a sample
END = 16 * DIVISION  # the song's last event; later only the engine knows what is released when

# What each one is heard with, where its defaults say too little: by parameter, as `--set` takes it, and as it is saved.
VALUES: dict[str, dict[str, tuple[str, float]]] = {
    "velocity_curve": {"gamma": ("1.7", 1.7)},
    "arpeggiator": {"mode": ("random", 3), "octaves": ("2", 2), "rate": ("1/16t", 7)},
    "round_robin": {"order": ("random", 1)},
    "cc_lfo": {"shape": ("triangle", 1), "rate": ("1/4t", 5)},
    "euclid": {"rate": ("1/16t", 4), "hits": ("5", 5)},
}


def song_events(name: str) -> list[tuple[int, bytes]]:
    """Chords and single keys on three channels, low and high, and some of everything else."""
    random = Random(name)
    events: list[tuple[int, bytes]] = []
    for _ in range(150):
        start, channel = random.randrange(END - 60000), random.choice([0, 3, 9])
        length = random.choice([1, 700, 6000, 24000, 50000])
        for key in random.sample(range(24, 108), random.choice([1, 1, 3])):
            events += [(start, bytes([ON | channel, key, random.randrange(1, 128)])),
                       (start + length, bytes([OFF | channel, key, random.randrange(128)]))]
    for _ in range(30):
        at, channel = random.randrange(END), random.choice([0, 3])
        one, two = random.randrange(24, 108), random.randrange(128)
        events.append((at, random.choice([
            bytes([CC | channel, random.choice([1, 7, 64]), two]), bytes([PROGRAM | channel, one]),
            bytes([0xE0 | channel, one, two]), bytes([0xD0 | channel, one]), bytes([0xA0 | channel, one, two])])))
    return sorted(events, key=lambda event: event[0]) + [(END, bytes([CC, 7, 100]))]


def settings(name: str) -> list[str]:
    return [word for id, (text, _) in VALUES.get(name, {}).items() for word in ("--set", f"{id}={text}")]


def transformed(song: Path, name: str, folder: Path, frames: int) -> bytes:
    output, stats = folder / f"{frames}.mid", folder / "stats.json"
    outboard("transform", song, "-o", output, "--script", name, "--frames", frames, "--stats", stats, *settings(name))
    track = read_stats(stats)["tracks"][0]
    assert track["events_lost"] == 0 and track["notes_hanging"] == 0 and track["restarts"] == 0
    return output.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_identical_midi_at_every_block_size_over_tempo_changes(name: str, tmp_path: Path) -> None:
    random = Random(name)
    changes = [(random.randrange(END), tempo(random.uniform(50, 220))) for _ in range(12)]
    song = write_song(tmp_path / "a.mid", [(0, tempo(97.3)), *changes, *song_events(name)], division=DIVISION)
    files = [transformed(song, name, tmp_path, frames) for frames in FRAMES]
    assert len(files[0]) > 500
    assert [data == files[0] for data in files] == [True] * len(FRAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_engine_plays_what_outboard_testing_says(name: str, tmp_path: Path) -> None:
    events = song_events(name)
    song = write_song(tmp_path / "a.mid", [(0, tempo(120)), *events], division=DIVISION)
    transformed(song, name, tmp_path, 441)
    channels, _ = read_song(tmp_path / "441.mid")
    script = Script(FACTORY / f"{name}.py")
    expected = script.run([as_input(*event) for event in events], beats(17),
                          values={id: value for id, (_, value) in VALUES.get(name, {}).items()})
    assert script.errors == []
    for channel in range(16):
        here = [e for e in expected if e.channel == channel + 1 and e.time < END]
        wanted = [(e.time, data) for e in here if (data := as_bytes(e)) is not None]
        assert [event for event in channels.get(channel, []) if event[0] < END] == wanted, f"channel {channel + 1}"
