"""Drawn programs through the whole program: one result from `transform` and `play`, at every block size, over both
transports, in both latencies. A script that is late is heard late, and everything outside of that is where it belongs.

OUTBOARD_DRAWN_PROGRAMS says how many are drawn in each test; 6 if not set, always the same ones.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

from events import ROOT, as_bytes  # first: it puts the package on the path
from midi import CC, OFF, ON, read_song, tempo, write_song
from outboard import Event, samples
from outboard.testing import Script
from support import Jack, Running, outboard, read_stats

sys.path.insert(0, str(ROOT / "tests" / "scripting" / "programs"))

from drawing import LENGTH, late_programs, programs, songs  # noqa: E402

DIVISION = 24000  # at 120 BPM and 48000 Hz a tick is a sample
#: More events than these are a flood, which is deferred: another matter.
MOST = 800
# The same programs in every run; what fails is shown as it was drawn: making it smaller can take minutes.
DRAWN = settings(max_examples=int(os.environ.get("OUTBOARD_DRAWN_PROGRAMS", "6")), deadline=None, derandomize=True,
                 database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
TRANSPORTS = st.sampled_from(["shm", "pipe"])

Channels = dict[int, list[tuple[int, bytes]]]


def write(path: Path, song: list[Event], end: int, tempi: Sequence[tuple[int, float]] = (), stretch: int = 1) -> None:
    """The song's last event is at the sample `end`: what belongs before it is compared."""
    events = [(event.time * stretch, data) for event in song if (data := as_bytes(event)) is not None]
    changes = [(tick, tempo(bpm)) for tick, bpm in [(0, 120.0), *tempi]]
    write_song(path, [*changes, *events, (end, bytes([CC, 7, 100]))], division=DIVISION)


def before(end: int, channels: Channels) -> Channels:
    cut = {channel: [event for event in events if event[0] < end] for channel, events in channels.items()}
    return {channel: events for channel, events in cut.items() if events}


def in_the_model(script: Path, song: list[Event], end: int, seed: int) -> Channels:
    channels: Channels = defaultdict(list)
    for event in Script(script).run(song, until=samples(end), seed=seed):
        data = as_bytes(event)
        assert data is not None, event
        channels[event.channel - 1].append((event.time, data))
    return before(end, channels)


def played(jack: Jack, song: Path, script: Path, seed: int, transport: str,
           latency: str) -> tuple[Channels, dict[str, Any]]:
    """What `play` has played, moved back by the block that `pipelined` takes, and the script's figures."""
    output, stats = song.with_name("played.mid"), song.with_name("stats.json")
    with Running("play", song, "--script", script, "--seed", seed, "--transport", transport, "--latency", latency,
                 "--midi", output, "--stats", stats, "--tail", 0.3, env=jack.env()) as run:
        said, _ = run.finish()
    assert "JACK" in said
    track = read_stats(stats)["tracks"][0]
    assert track["events_lost"] == track["notes_hanging"] == track["restarts"] == 0, track
    shift = jack.period if latency == "pipelined" else 0
    channels, _ = read_song(output)
    return {c: [(tick - shift, data) for tick, data in events] for c, events in channels.items()}, track


class Comparison:
    """What was played against what belongs there. Every event must be there, once; out of its place it may only be
    inside a window in which the script was late, or be the end of a note, moved by what was late with it."""

    def __init__(self, belongs: Channels, heard: Channels, windows: list[list[int]], end: int) -> None:
        self.windows = windows
        self.wrong: list[tuple[object, ...]] = []
        self.in_place_outside = self.moved = 0
        for channel in {*belongs, *heard}:
            places: dict[bytes, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
            for tick, data in belongs.get(channel, []):
                places[data][0].append(tick)
            for tick, data in heard.get(channel, []):
                places[data][1].append(tick)
            for data, (wanted, got) in places.items():
                wanted = [tick for tick in wanted if tick < end]
                if len(got) < len(wanted) or any(tick < end for tick in got[len(wanted) :]):
                    self.wrong.append((channel, data.hex(), wanted, got))
                for pair in zip(wanted, got):
                    self.judge(channel, data, *pair)

    def judge(self, channel: int, data: bytes, belongs: int, heard: int) -> None:
        inside = any(begin <= belongs and heard < end for begin, end in self.windows)
        if belongs == heard:
            self.in_place_outside += not inside
            return
        self.moved += 1
        most = max((end - begin for begin, end in self.windows if begin <= belongs), default=0)
        ends_later = data[0] & 0xF0 == OFF and belongs < heard <= belongs + most
        if not (inside and heard > belongs) and not ends_later:
            self.wrong.append((channel, data.hex(), belongs, heard))


@pytest.fixture(scope="module")
def slow_jack() -> Iterator[Jack]:
    """Blocks in which a script has 10 ms to answer."""
    with Jack(f"outboard-drawn-{os.getpid()}", 1024) as server:
        yield server


@pytest.fixture(scope="module")
def fast_jack() -> Iterator[Jack]:
    with Jack(f"outboard-late-{os.getpid()}", 512) as server:
        yield server


def test_one_result_from_transform_and_play(tmp_path: Path, slow_jack: Jack) -> None:
    script, song, end = tmp_path / "drawn.py", tmp_path / "a.mid", LENGTH + 500
    on_time: list[bool] = []

    @DRAWN
    @given(program=programs(), notes=songs(seeks=False), seed=st.integers(0, 99),
           tempi=st.lists(st.tuples(st.integers(0, LENGTH), st.sampled_from([60.0, 97.3, 240.0])), max_size=2),
           frames=st.lists(st.sampled_from([32, 64, 100, 441, 1024]), min_size=2, max_size=2, unique=True),
           transport=TRANSPORTS, latency=st.sampled_from(["sync", "pipelined"]))
    def one_result(program: str, notes: list[Event], seed: int, tempi: list[tuple[int, float]], frames: list[int],
                   transport: str, latency: str) -> None:
        tempi = tempi if latency == "sync" else []  # a block's samples are no fixed number of ticks then
        script.write_text(program)
        note(program)
        model = in_the_model(script, notes, end, seed)
        assume(10 < sum(map(len, model.values())) < MOST)
        write(song, notes, end, tempi)
        files = []
        for size, over in zip(frames, ("shm", "pipe")):
            outboard("transform", song, "-o", tmp_path / "b.mid", "--script", script, "--seed", seed, "--frames", size,
                     "--transport", over)
            files.append((tmp_path / "b.mid").read_bytes())
        assert files[0] == files[1], f"block sizes {frames}"
        exact, _ = read_song(tmp_path / "b.mid")
        if not tempi:
            assert before(end, exact) == model
        heard, track = played(slow_jack, song, script, seed, transport, latency)
        if not track["late_windows"]:
            assert track["late"] == track["missed"] == 0
            on_time.append(True)
            assert before(end, heard) == before(end, exact)
        elif not tempi:  # the windows are in samples, which are ticks only without them
            assert not Comparison(exact, heard, track["late_windows"], end).wrong

    one_result()
    assert on_time, "late in every run"


def test_late_is_heard_inside_the_late_windows_only(tmp_path: Path, fast_jack: Jack) -> None:
    script, song = tmp_path / "late.py", tmp_path / "a.mid"
    stretch = 4  # room for notes before and after
    end = stretch * LENGTH + 500
    compared: list[Comparison] = []

    @DRAWN
    @given(program=late_programs(), notes=songs(seeks=False), seed=st.integers(0, 99), transport=TRANSPORTS,
           latency=st.sampled_from(["sync", "sync", "pipelined"]))
    def late(program: str, notes: list[Event], seed: int, transport: str, latency: str) -> None:
        script.write_text(program)
        note(program)
        write(song, notes, end, stretch=stretch)
        outboard("transform", song, "-o", tmp_path / "b.mid", "--script", script, "--seed", seed)
        exact, _ = read_song(tmp_path / "b.mid")
        assume(10 < sum(map(len, exact.values())) < 4 * MOST)
        heard, track = played(fast_jack, song, script, seed, transport, latency)
        windows = track["late_windows"]
        assert bool(windows) == (track["late"] + track["missed"] > 0)
        comparison = Comparison(exact, heard, windows, end)
        assert not comparison.wrong, windows
        compared.append(comparison)

    late()
    print([(c.windows, c.moved, c.in_place_outside) for c in compared])
    assert any(c.windows for c in compared), "nobody was late"
    assert any(c.moved for c in compared) and any(c.in_place_outside for c in compared if c.windows)
