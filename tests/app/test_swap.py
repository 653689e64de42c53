"""A script is saved while it plays, in real time: a held chord goes on; the session says when the new one begins."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import numpy as np
import pytest

from midi import OFF, ON, PROGRAM, tempo, write_song
from support import Jack, Running, read_stats, read_wav, wait_for

RATE, PERIOD = 48000, 128
WINDOW = RATE // 100  # of 10 ms
ORGAN = 16

FORWARD = "from outboard import NoteOn, on, play\n\n\n@on.note\ndef note(e: NoteOn) -> None:\n    e.forward()\n" \
          "    play(e.key + 12, 0.5)\n"
TELLS = "from outboard import on, transport\n\n\n@on.start\ndef start() -> None:\n" \
        "    print('began at', transport.beat)\n"


def held_chord(path: Path) -> Path:
    keys = (60, 64, 67)
    events = [(0, tempo(120)), (0, bytes([PROGRAM, ORGAN]))]
    events += [(0, bytes([ON, key, 100])) for key in keys] + [(40 * 960, bytes([OFF, key, 64])) for key in keys]
    return write_song(path, events)


def levels(path: Path) -> np.ndarray:
    """In dB, from the chord's beginning on, window by window."""
    _, samples = read_wav(path)
    mono = samples.astype(float).mean(axis=1)
    mono = mono[int(np.argmax(np.abs(mono) > 20)):]
    mono = mono[:len(mono) // WINDOW * WINDOW].reshape(-1, WINDOW)
    return 10 * np.log10(np.mean(np.square(mono), axis=1) + 1e-9)


@pytest.mark.parametrize("words", [("--transport", "shm"), ("--transport", "pipe"), ("--latency", "pipelined")],
                         ids=["shm", "pipe", "pipelined"])
def test_a_held_chord_does_not_dip(words: tuple[str, str], jack: Jack, tmp_path: Path) -> None:
    song, script, stats = held_chord(tmp_path / "a.mid"), tmp_path / "s.py", tmp_path / "s.json"
    heard = {}
    for saves in (False, True):
        script.write_text(FORWARD)
        capture = tmp_path / f"{saves}.wav"
        with Running("play", song, "--script", script, "--frames", PERIOD, "--seconds", 6, "--capture", capture,
                     "--stats", stats, *words, env=jack.env()) as running:
            wait_for("the ports", jack.outputs_of_outboard)
            time.sleep(1.5)
            if saves:
                script.write_text(FORWARD + "# saved\n")
            output, _ = running.finish()
        track = read_stats(stats)["tracks"][0]
        assert track["swaps"] == saves and ("s.py swapped in" in output) == saves, output
        assert track["events_lost"] == track["notes_hanging"] == track["restarts"] == 0
        heard[saves] = levels(capture)[:5 * 100]
    assert len(heard[False]) == len(heard[True]) == 500
    assert heard[False][50:].min() > 30, "the chord should be heard"
    dip = float((heard[False] - heard[True]).max())
    print(f"at most {dip:.2f} dB lower")
    assert dip < 1


@pytest.mark.parametrize("setting, option, grid", [("bar", None, 4), ("block", "bar", 4), (None, None, 1)])
def test_the_session_says_when_the_new_script_begins(setting: str | None, option: str | None, grid: int,
                                                     tmp_path: Path) -> None:
    script = tmp_path / "s.py"
    script.write_text(TELLS)
    session = {"outboard_session": 1, "song": str(held_chord(tmp_path / "a.mid")), "tracks": [{"script": str(script)}]}
    file = tmp_path / "a.outboard"
    file.write_text(json.dumps(session | ({"swap": setting} if setting else {})))
    with Running("play", file, "--device", "timer", "--seconds", 7, *(("--swap", option) if option else ())) as running:
        time.sleep(2.2)
        script.write_text(TELLS + "# saved\n")
        output, _ = running.finish()
    beats = [float(beat) for beat in re.findall(r"began at ([0-9.]+)", output)]
    assert len(beats) == 2, output
    assert beats[1] > 0 and beats[1] % grid == pytest.approx(0, abs=1e-4), beats
