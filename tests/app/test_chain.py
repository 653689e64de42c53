"""Several scripts of one track, from the command line and from a session: the output of one is the input of the next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from midi import CC, OFF, ON, read_song, write_song
from support import outboard, read_stats
from test_factory import END, song_events

OCTAVE = """\
from outboard import Knob, NoteOn, on

step = Knob("Step", 12, min=-24, max=24, step=1)


@on.note
def up(e: NoteOn) -> None:
    e.forward(key=e.key + step.value)
"""


@pytest.fixture()
def octave(tmp_path: Path) -> Path:
    script = tmp_path / "octave.py"
    script.write_text(OCTAVE)
    return script


def as_played(song: Path) -> list[tuple[int, bytes]]:
    """What happens at which tick. An off says nothing of its release velocity here: at one sample a note's own end
    and another script's may each be first."""
    channels, _ = read_song(song)
    return sorted(
        (tick, data[:2] if data[0] & 0xF0 == OFF else data) for events in channels.values() for tick, data in events
    )


@pytest.mark.parametrize("first", ["arpeggiator", "chords", "humaniser", "strummer", "echo"])
def test_a_chain_is_one_script_after_the_other(first: str, octave: Path, tmp_path: Path) -> None:
    song = write_song(tmp_path / "a.mid", [(0, b"\xff\x51\x03\x07\xa1\x20"), *song_events(first)], division=24000)
    once, twice, chain = tmp_path / "once.mid", tmp_path / "twice.mid", tmp_path / "chain.mid"
    outboard("transform", song, "-o", once, "--script", first)
    outboard("transform", once, "-o", twice, "--script", octave, "--tail", 0)
    wanted = [event for event in as_played(twice) if event[0] < END]
    assert len(wanted) > 100
    seen = None
    for words in (["--frames", 32], ["--frames", 64], ["--frames", 441, "--transport", "pipe"], ["--frames", 1024]):
        stats = tmp_path / "s.json"
        outboard("transform", song, "-o", chain, "--script", first, "--script", octave, "--stats", stats, *words)
        assert [event for event in as_played(chain) if event[0] < END] == wanted, words
        assert seen is None or chain.read_bytes() == seen, "bit for bit the same at every block size"
        seen = chain.read_bytes()
        track = read_stats(stats)["tracks"][0]
        assert track["notes_hanging"] == 0 and track["events_lost"] == 0 and track["refused"] == 0
        assert [Path(one["script"]).name for one in track["chain"]] == [f"{first}.py", "octave.py"]


def test_channels_have_chains_of_their_own(octave: Path, tmp_path: Path) -> None:
    events = [(0, bytes([ON, 60, 100])), (0, bytes([ON | 2, 60, 100])), (480, bytes([OFF, 60, 64])),
              (480, bytes([OFF | 2, 60, 64]))]  # fmt: skip
    song, output = write_song(tmp_path / "a.mid", events), tmp_path / "b.mid"
    outboard("transform", song, "-o", output, "--script", f"3:{octave}", "--script", octave, "--script", f"3:{octave}",
             "--set", "2.step=7")  # fmt: skip
    channels, _ = read_song(output)
    assert [data[1] for _, data in channels[0]] == [72, 72] and [data[1] for _, data in channels[2]] == [79, 79]


def test_a_session_has_chains_with_bypasses(octave: Path, tmp_path: Path) -> None:
    events = [(0, bytes([ON, 40, 100])), (480, bytes([OFF, 40, 64])), (481, bytes([CC, 7, 1]))]
    song = write_song(tmp_path / "a.mid", events)
    session, notes, stats = tmp_path / "s.outboard", tmp_path / "b.mid", tmp_path / "s.json"
    session.write_text(json.dumps({
        "outboard_session": 1, "song": song.name,
        "tracks": [{"script": ["octave.py", {"file": "octave.py", "bypassed": True}, "octave.py"],
                    "parameters": {"step": 1, "2.step": 2, "3.step": 4}}]}))  # fmt: skip
    outboard("play", session, "--device", "timer", "--midi", notes, "--stats", stats)
    channels, _ = read_song(notes)
    assert [data[1] for _, data in channels[0] if data[0] & 0xF0 == ON] == [45]
    assert [one["bypassed"] for one in read_stats(stats)["tracks"][0]["chain"]] == [False, True, False]


@pytest.mark.parametrize(
    "script", [[3], [""], [{"bypassed": True}], [{"file": "octave.py", "bypassed": 1}], ["octave.py"] * 33]
)
def test_a_damaged_chain_is_named(script: object, octave: Path, tmp_path: Path) -> None:
    session = tmp_path / "s.outboard"
    session.write_text(json.dumps({"outboard_session": 1, "tracks": [{"script": script}]}))
    error = outboard("render", session, "-o", tmp_path / "a.wav", code=1).stderr
    assert "tracks[0].script should be a file in quotes, or a list of 1 to 32" in error
