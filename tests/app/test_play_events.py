"""What the factory scripts play in real time, through a JACK server, is what `transform` makes of the song."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from midi import OFF, ON, read_song, tempo, write_song
from support import Jack, Running, outboard, read_stats

FACTORY = Path(__file__).resolve().parents[2] / "scripting" / "factory"
NAMES = sorted(path.stem for path in FACTORY.glob("*.py"))
PER_RUN = 8  # scripts at once: one on a channel, and never that of the drums, which most of them let pass
DIVISION = 480
END = 12 * DIVISION  # six seconds
PERIOD = 1024
TRIES = 4  # a stalling machine makes a script late, and then it is not to be the same


def keys_on(channels: int) -> list[tuple[int, bytes]]:
    """Single keys and chords of all lengths, on every channel others."""
    random = Random(channels)
    events: list[tuple[int, bytes]] = []
    for channel in range(channels):
        for _ in range(20):
            start = random.randrange(END - 960)
            length = random.choice([1, 30, 240, 480, 900])
            for key in random.sample(range(30, 100), random.choice([1, 1, 3])):
                events += [(start, bytes([ON | channel, key, random.randrange(1, 128)])),
                           (start + length, bytes([OFF | channel, key, random.randrange(128)]))]
    return sorted(events, key=lambda event: event[0]) + [(END, bytes([0xB0, 7, 100]))]


def until_the_end(path: Path) -> dict[int, list[tuple[int, bytes]]]:
    channels, _ = read_song(path)
    return {channel: [event for event in events if event[0] < END] for channel, events in channels.items()}


@pytest.mark.parametrize("first", range(0, len(NAMES), PER_RUN))
def test_the_events_played_are_those_of_transform(first: int, tmp_path: Path) -> None:
    names = NAMES[first : first + PER_RUN]
    words = [word for i, name in enumerate(names) for word in ("--script", f"{i + 1}:{name}")]
    song = write_song(tmp_path / "a.mid", [(0, tempo(120)), (700, tempo(131)), *keys_on(len(names))], division=DIVISION)
    played, wanted, stats = tmp_path / "played.mid", tmp_path / "wanted.mid", tmp_path / "stats.json"
    outboard("transform", song, "-o", wanted, *words)
    expected = until_the_end(wanted)
    assert sum(map(len, expected.values())) > 30 * len(names)
    unseen = dict(enumerate(names))
    for attempt in range(TRIES):
        # A name of its own each time: a server that has just ended may still be clearing up behind the last one.
        with Jack(f"outboard-events-{os.getpid()}-{first}-{attempt}", PERIOD) as jack:
            with Running("play", song, *words, "--midi", played, "--stats", stats, "--tail", 0.5, env=jack.env()) as run:
                output, _ = run.finish(90)
        assert "JACK" in output
        heard = until_the_end(played)
        for track in read_stats(stats)["tracks"]:
            assert track["events_lost"] == 0 and track["notes_hanging"] == 0
            channel = names.index(Path(track["script"]).stem) if track["script"] else -1
            if channel in unseen and track["late"] == track["missed"] == track["restarts"] == 0:
                assert heard.get(channel) == expected.get(channel), unseen[channel]
                del unseen[channel]
        if not unseen:
            return
    raise AssertionError(f"late in every one of {TRIES} tries: {', '.join(unseen.values())}")


def test_a_midi_file_that_cannot_be_written_is_told_before_it_plays(tmp_path: Path) -> None:
    song = write_song(tmp_path / "a.mid", [(0, tempo(120)), *keys_on(1)], division=DIVISION)
    done = outboard("play", song, "--device", "timer", "--midi", tmp_path / "nowhere" / "b.mid", code=1, timeout=20)
    assert "nowhere" in done.stderr and done.stderr.count("\n") == 1
