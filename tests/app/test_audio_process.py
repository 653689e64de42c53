"""`audio.process` through the engine: the tremolo's render is what numpy makes of the dry one; blocks lie in the mapping."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import wavfile

from midi import OFF, ON, PROGRAM, tempo, write_song
from support import Jack, Running, outboard, read_stats, wait_for

RATE = 48000
DIVISION = 24000  # at 120 BPM a tick is a sample
CHANGE = 2 * DIVISION + 4321  # where the song goes over to 75 BPM
TREMOLO = ["--script", "tremolo", "--set", "rate=1/8", "--set", "depth=0.8", "--set", "stereo=90"]


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chord that is held on an organ, another one after a tempo change."""
    events = [(0, bytes([PROGRAM, 16])), (0, tempo(120)), (CHANGE, tempo(75))]
    for start, keys in ((0, (60, 64, 67)), (3 * DIVISION, (59, 62, 67))):
        for key in keys:
            events += [(start, bytes([ON, key, 100])), (start + 2 * DIVISION, bytes([OFF, key, 64]))]
    return write_song(tmp_path_factory.mktemp("song") / "chords.mid", events, division=DIVISION)


def render(song: Path, output: Path, *words: object) -> np.ndarray:
    """Frames × 2."""
    outboard("render", song, "-o", output, "--rate", RATE, "--format", "float32", "--tail", 0.5, *words)
    rate, samples = wavfile.read(output)
    assert rate == RATE and samples.dtype == np.float32
    return np.asarray(samples)


@pytest.fixture(scope="module")
def dry(song: Path, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    sound = render(song, tmp_path_factory.mktemp("dry") / "dry.wav")
    assert np.abs(sound).max() > 0.02, "the song should be heard"
    return sound


def expected(dry: np.ndarray) -> np.ndarray:
    """The tremolo by the book, on the whole song at once."""
    at = np.arange(len(dry))
    slow = RATE * 60 / 75
    beats = np.where(at < CHANGE, at / DIVISION, CHANGE / DIVISION + (at - CHANGE) / slow)
    made = dry.astype(np.float64)
    for side, behind in ((0, 0.0), (1, 0.25)):
        loud = 0.5 + 0.5 * np.cos(2 * np.pi * (beats * 2 - behind))
        made[:, side] *= 1 - 0.8 * (1 - loud)
    return made


@pytest.mark.parametrize("words", [["--frames", 32], ["--frames", 64], ["--frames", 441], ["--frames", 1024],
                                   ["--frames", 8192], ["--frames", 441, "--transport", "pipe"]], ids=str)
def test_the_render_equals_numpys_own_result_on_the_dry_render_within_a_millionth(
        words: list[object], song: Path, dry: np.ndarray, tmp_path: Path) -> None:
    wet = render(song, tmp_path / "wet.wav", *TREMOLO, "--stats", tmp_path / "s.json", *words)
    assert wet.shape == dry.shape
    assert np.abs(wet - expected(dry)).max() < 1e-6
    assert np.abs(wet - dry).max() > 0.01, "it should be heard"
    stats = read_stats(tmp_path / "s.json")
    track = stats["tracks"][0]
    assert track["events_lost"] == 0 and track["notes_hanging"] == 0
    sound = track["audio"]
    assert sound["calls"] == stats["blocks"] and sound["latency"] == 0
    assert sound["late"] == sound["missed"] == sound["dry"] == sound["cleaned"] == 0


def test_pipelined_it_is_the_same_one_block_later(song: Path, dry: np.ndarray, tmp_path: Path) -> None:
    wet = render(song, tmp_path / "wet.wav", *TREMOLO, "--latency", "pipelined", "--frames", 256, "--stats",
                 tmp_path / "s.json")
    assert np.abs(wet[:256]).max() == 0
    # The events of a pipelined track land one block later at the instrument; its sound another block later.
    assert read_stats(tmp_path / "s.json")["tracks"][0]["audio"]["latency"] == 256
    plain = render(song, tmp_path / "plain.wav", "--script", "passthrough", "--latency", "pipelined", "--frames", 256)
    assert np.abs(wet[256:] - expected(plain)[:-256]).max() < 1e-6


def test_the_hops_cost_is_in_the_stats(song: Path, tmp_path: Path) -> None:
    render(song, tmp_path / "wet.wav", *TREMOLO, "--stats", tmp_path / "s.json")
    stats = read_stats(tmp_path / "s.json")
    for layers in (stats["layers"], stats["tracks"][0]["layers"]):
        for layer in ("audio", "audio_wait", "audio_busy"):
            assert layers[layer]["mean"] > 0 and layers[layer]["max"] >= layers[layer]["p50"] > 0
    # Of the whole engine; a track's own row of scripting is that of its events, and the hop stands beside it.
    assert stats["layers"]["audio"]["mean"] <= stats["layers"]["scripting"]["mean"] * 1.001
    for figures in ("wait_us", "busy_us", "hop_us"):
        assert stats["tracks"][0]["audio"][figures]["count"] == stats["blocks"]


def test_a_script_that_fails_on_sound_leaves_it_dry(song: Path, dry: np.ndarray, tmp_path: Path) -> None:
    script = tmp_path / "wrong.py"
    script.write_text("from outboard import audio\n\n@audio.process\ndef f(block, ctx):\n    block[:] = 1\n    1 / 0\n")
    wet = render(song, tmp_path / "wet.wav", "--script", script, "--stats", tmp_path / "s.json")
    assert np.array_equal(wet, dry)
    track = read_stats(tmp_path / "s.json")["tracks"][0]
    assert track["audio"]["dry"] == track["audio"]["calls"] > 20 and track["state"] == "bypassed"


def test_a_child_that_ends_in_the_middle_leaves_the_sound_dry_and_is_started_again(
        song: Path, dry: np.ndarray, tmp_path: Path) -> None:
    script = tmp_path / "ends.py"
    script.write_text("import os, signal\nfrom pathlib import Path\nfrom outboard import audio\n\n"
                      f"once = Path({str(tmp_path / 'once')!r})\n\n"
                      "@audio.process\ndef f(block, ctx):\n    block *= 0.5\n"
                      "    if ctx.time > 48000 and not once.exists():\n"
                      "        once.touch()\n        os.kill(os.getpid(), signal.SIGKILL)\n")
    wet = render(song, tmp_path / "wet.wav", "--script", script, "--stats", tmp_path / "s.json", "--frames", 256)
    track = read_stats(tmp_path / "s.json")["tracks"][0]
    assert "SIGKILL" in track["reasons"][0] and track["events_lost"] == 0 and track["notes_hanging"] == 0
    assert np.array_equal(wet[:48000], dry[:48000] * np.float32(0.5))
    assert (np.abs(wet) <= np.abs(dry) + 0.5 * np.abs(dry).max()).all() and np.isfinite(wet).all()


def test_in_real_time_it_is_heard_one_block_later(song: Path, tmp_path: Path) -> None:
    with Jack("outboard-audio-process", 256) as jack:
        words: list[Any] = ["play", song, *TREMOLO, "--stats", tmp_path / "s.json", "--seconds", 4]
        with Running(*words, env=jack.env()) as playing:
            wait_for("its ports", jack.outputs_of_outboard)
            playing.finish()
    sound = read_stats(tmp_path / "s.json")["tracks"][0]["audio"]
    assert sound["latency"] >= 256 and sound["calls"] > 100 and sound["dry"] == 0
    # A machine that is busy with other things makes some blocks late; they are counted and heard dry.
    assert sound["late"] + sound["missed"] < sound["calls"] / 2
