"""The window as a user meets it, on a screen that nobody sees: started, clicked, typed into, heard."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from midi import OFF, ON, PROGRAM, tempo, write_song
from support import Jack, Running, read_wav, wait_for

RATE = 48000
PLAY, EDITOR = (115, 45), (560, 350)  # where a click goes in the window


def xdotool(*words: object) -> str:
    return subprocess.run(["xdotool", *map(str, words)], check=True, capture_output=True, text=True, timeout=60).stdout


def screen(path: Path) -> np.ndarray:
    """The whole screen, rows × columns × RGB."""
    subprocess.run(["import", "-window", "root", "-depth", "8", path], check=True, timeout=60)
    raw = subprocess.run(["convert", path, "-depth", "8", "rgb:-"], check=True, capture_output=True, timeout=60).stdout
    return np.frombuffer(raw, np.uint8).reshape(900, 1440, 3)


class Window(Running):
    """The program with its window up."""

    def appear(self) -> Window:
        def found() -> str:
            assert self.process.poll() is None, f"it ended: {self.process.communicate()}"
            words = ["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)]
            names = subprocess.run(words, capture_output=True, text=True).stdout.split()
            return max(names, key=lambda name: int(self.size(name)[0]), default="")

        self.id = wait_for("the window", found)
        wait_for("its full size", lambda: int(self.size(self.id)[0]) > 900)
        time.sleep(1)
        return self

    def size(self, name: str) -> list[str]:
        lines = xdotool("getwindowgeometry", "--shell", name).split()
        return [line.split("=")[1] for line in lines if line.startswith(("WIDTH", "HEIGHT"))]

    def click(self, place: tuple[int, int]) -> None:
        xdotool("mousemove", "--window", self.id, *place, "click", 1)
        time.sleep(0.2)

    def write_script(self, text: str) -> None:
        """Replaces what is in the editor, and saves."""
        self.click(EDITOR)
        xdotool("windowfocus", self.id)
        xdotool("key", "ctrl+a")
        xdotool("key", "Delete")
        for line in text.splitlines():
            xdotool("type", "--delay", 5, line)
            xdotool("key", "Return")
        xdotool("key", "ctrl+s")
        time.sleep(2)

    def close(self) -> str:
        """Ends it as Ctrl+C in its terminal does; returns what it wrote."""
        self.interrupt()
        output, errors = self.finish()
        return output + errors


def heard(jack: Jack, path: Path, seconds: float = 2) -> np.ndarray:
    """What leaves the program now (mono)."""
    ports = wait_for("the window's ports", jack.outputs_of_outboard)
    recorder = jack.record(path, seconds, ports[:2])
    assert recorder.wait(seconds + 20) == 0
    _, samples = read_wav(path)
    return samples.mean(axis=1)


def pitch(samples: np.ndarray) -> float:
    """Hz of the strongest partial."""
    assert np.abs(samples).max() > 50, "nothing is heard"
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE / len(samples))


@pytest.fixture()
def jack_display(jack: Jack, display: str, home: Path) -> Iterator[dict[str, str]]:
    yield jack.env() | {"DISPLAY": display, "XDG_RUNTIME_DIR": str(home)}


def test_the_first_start_opens_the_demo_and_one_click_plays_it(jack: Jack, jack_display: dict[str, str], home: Path,
                                                               tmp_path: Path) -> None:
    with Window(env=jack_display) as window:
        window.appear()
        still = screen(tmp_path / "still.png")
        assert len(np.unique(still.reshape(-1, 3), axis=0)) > 100, "the window should be drawn"
        window.click(PLAY)
        time.sleep(3)
        assert np.abs(heard(jack, tmp_path / "demo.wav")).max() > 300
        first = screen(tmp_path / "playing.png")
        time.sleep(1)
        second = screen(tmp_path / "later.png")
        # The right third is the CPU panel: its figures and its plot move while it plays.
        moved = (first[100:, 1000:] != second[100:, 1000:]).any(axis=2).mean()
        assert moved > 0.001
        output = window.close()
    assert "Traceback" not in output and "terminate" not in output
    session = json.loads((home / "data" / "outboard" / "last.outboard").read_text())
    assert [track["name"] for track in session["tracks"]] == ["Strings", "Arp", "Keys", "Bass & drums"]
    assert session["song"].endswith("evening.mid")


def test_an_edit_is_heard_and_a_mistake_leaves_it_playing(jack: Jack, jack_display: dict[str, str], home: Path,
                                                          tmp_path: Path) -> None:
    # An organ that is played on C3 (261.6 Hz) for a minute, through the arpeggiator.
    events = [(0, tempo(120)), (0, bytes([PROGRAM, 19]))]
    for n in range(120):
        events += [(n * 480, bytes([ON, 60, 110])), (n * 480 + 460, bytes([OFF, 60, 64]))]
    song = write_song(home / "organ.mid", events)
    folder = home / "data" / "outboard"
    folder.mkdir(parents=True)
    (folder / "last.outboard").write_text(json.dumps({
        "outboard_session": 1, "song": str(song), "master_db": 12,
        "tracks": [{"name": "Organ", "script": "factory:arpeggiator"}]}))

    with Window(env=jack_display) as window:
        window.appear()
        window.click(PLAY)
        time.sleep(1)
        before = pitch(heard(jack, tmp_path / "before.wav"))
        assert any(before == pytest.approx(261.6 * k, rel=0.02) for k in (0.5, 1, 2, 3, 4)), before

        window.write_script("from outboard import on\n@on.note\ndef up(e): e.forward(key=e.key + 19)\n")
        after = pitch(heard(jack, tmp_path / "after.wav"))
        assert any(after == pytest.approx(784.0 * k, rel=0.02) for k in (0.5, 1, 2, 3, 4)), after
        copies = list((folder / "scripts").glob("*.py"))
        assert len(copies) == 1 and "e.key + 19" in copies[0].read_text(), "the edit goes to a copy of the user's own"
        right = screen(tmp_path / "right.png")

        window.write_script("from outboard import on\ndef (:\n")
        broken = pitch(heard(jack, tmp_path / "broken.wav"))
        assert any(broken == pytest.approx(784.0 * k, rel=0.02) for k in (0.5, 1, 2, 3, 4)), broken
        wrong = screen(tmp_path / "wrong.png")
        red = [int(((s[:, :, 0] > 180) & (s[:, :, 1] < 120) & (s[:, :, 2] < 120)).sum()) for s in (right, wrong)]
        assert red[1] > red[0] + 20, "the mistake should be marked in red"
        window.close()


def test_a_damaged_last_session_gives_way_to_the_demo(jack_display: dict[str, str], home: Path, tmp_path: Path) -> None:
    folder = home / "data" / "outboard"
    folder.mkdir(parents=True)
    (folder / "last.outboard").write_text("{ broken")
    with Window("--device", "timer", env=jack_display) as window:
        window.appear()
        window.close()
    assert "evening.mid" in (folder / "last.outboard").read_text()
