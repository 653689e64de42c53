"""Offline rendering: scripts that only pass change no sample, and the sound is FluidSynth's."""

from __future__ import annotations

import math
import subprocess
from pathlib import Path

import mido
import numpy as np
import pytest
from scipy import signal

from support import PASS_THROUGH, SONGS, SOUNDFONT, outboard, read_stats, read_wav, songs

RATE = 48000
SECONDS = 30  # of each song: enough for drums, program changes and tempo changes to have come


def identity_songs() -> list[Path]:
    """Ten songs, spread over the set: all have drums and change programs."""
    chosen = songs()[::3][:10]
    for song in chosen:
        kinds = {(m.type, getattr(m, "channel", -1) == 9) for t in mido.MidiFile(song).tracks for m in t}
        assert ("note_on", False) in kinds
    return chosen


def render(song: Path, output: Path, *words: object) -> np.ndarray:
    outboard("render", song, "-o", output, "--rate", RATE, *words)
    rate, samples = read_wav(output)
    assert rate == RATE
    return samples


@pytest.mark.parametrize("number", range(10))
def test_pass_through_changes_no_sample(number: int, tmp_path: Path) -> None:
    song = identity_songs()[number]
    script = tmp_path / "pass.py"
    script.write_text(PASS_THROUGH)
    plain = render(song, tmp_path / "a.wav", "--seconds", SECONDS)
    passed = render(song, tmp_path / "b.wav", "--seconds", SECONDS, "--script", script, "--stats", tmp_path / "s.json")
    assert np.abs(plain).max() > 300, "the song should be heard"
    assert plain.shape == passed.shape
    assert np.array_equal(plain, passed), f"{song.name}: first difference at frame {np.argmax((plain != passed).any(1))}"
    track = read_stats(tmp_path / "s.json")["tracks"][0]
    assert track["events_in"] > 100 and track["events_lost"] == 0 and track["notes_hanging"] == 0


@pytest.mark.parametrize("words", [["--frames", 32], ["--frames", 441], ["--frames", 1024], ["--transport", "pipe"]],
                         ids=["32", "441", "1024", "pipe"])
def test_neither_block_size_nor_transport_changes_a_sample(words: list[object], tmp_path: Path) -> None:
    song = songs()[4]
    script = ["--script", "arpeggiator", "--seconds", 10]
    first = render(song, tmp_path / "a.wav", *script)
    other = render(song, tmp_path / "b.wav", *script, *words)
    assert np.array_equal(first, other)


def fluidsynth(song: Path, output: Path) -> np.ndarray:
    """What FluidSynth's own player makes of it, with the settings that Outboard uses."""
    subprocess.run(["fluidsynth", "-ni", "-R", "0", "-C", "0", "-g", "0.2", "-r", str(RATE), "-a", "file", "-F", output,
                    "-O", "s16", "-T", "wav", "-o", "synth.dynamic-sample-loading=0", SOUNDFONT, song],
                   check=True, capture_output=True, timeout=120)
    rate, samples = read_wav(output)
    assert rate == RATE
    return samples


def loudness(samples: np.ndarray) -> float:
    return 10 * math.log10(np.mean(samples.astype(float) ** 2))


def envelope(samples: np.ndarray) -> np.ndarray:
    """RMS of every 50 ms, in dB over a floor."""
    size = RATE // 20
    parts = samples[: len(samples) // size * size].astype(float).reshape(-1, size * 2)
    return np.sqrt(np.mean(parts**2, axis=1))


def third_octaves(samples: np.ndarray) -> np.ndarray:
    """dB in third octaves from 50 Hz to 12.5 kHz, every 50 ms."""
    frequencies, _, power = signal.spectrogram(samples.astype(float).mean(axis=1), RATE, nperseg=4800, noverlap=2400)
    centres = 1000 * 2 ** (np.arange(-13, 12) / 3)
    bands = [power[(frequencies >= c * 2 ** (-1 / 6)) & (frequencies < c * 2 ** (1 / 6))].sum(axis=0) for c in centres]
    return 10 * np.log10(np.array(bands) + 1e-3)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


@pytest.mark.parametrize("name", ["5432gone_redfarn", "coconut_run2", "ttsong_iii_imuh3"])
def test_the_sound_is_that_of_fluidsynths_command_line(name: str, tmp_path: Path) -> None:
    song = SONGS / f"{name}.mid"
    ours = render(song, tmp_path / "ours.wav", "--soundfont", SOUNDFONT)
    theirs = fluidsynth(song, tmp_path / "theirs.wav")
    length = min(len(ours), len(theirs))
    assert length > 20 * RATE
    ours, theirs = ours[:length], theirs[:length]
    assert abs(loudness(ours) - loudness(theirs)) < 0.5
    assert correlation(envelope(ours), envelope(theirs)) >= 0.97
    assert correlation(third_octaves(ours), third_octaves(theirs)) >= 0.97


def test_progress_is_shown_and_the_stats_fit_the_file(tmp_path: Path) -> None:
    done = outboard("render", songs()[0], "-o", tmp_path / "a.wav", "--seconds", 5, "--frames", 441, "--stats",
                    tmp_path / "s.json")
    assert "%" in done.stdout and "Wrote" in done.stdout
    _, samples = read_wav(tmp_path / "a.wav")
    stats = read_stats(tmp_path / "s.json")
    assert stats["length"] == len(samples) == 5 * RATE
    assert stats["frames"] == 441 and stats["rate"] == RATE
    assert stats["blocks"] == math.ceil(stats["length"] / 441)
