"""The executable, the files around it, a JACK server: what the end-to-end tests are written with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np

OUTBOARD = os.environ["OUTBOARD_BIN"]
SONGS = Path("/usr/share/games/openttd/baseset/openmsx")
SOUNDFONT = Path("/usr/share/sounds/sf2/default-GM.sf2")
PASS_THROUGH = "from outboard import on\n\n\n@on.any\ndef everything(e):\n    e.forward()\n"


def songs() -> list[Path]:
    found = sorted(SONGS.glob("*.mid"))
    assert len(found) == 31, f"{SONGS} should hold 31 songs (package openttd-openmsx), not {len(found)}"
    return found


def environment(**changes: str) -> dict[str, str]:
    """Without a display, and with ALSA's complaints about missing cards silenced."""
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return env | changes


def outboard(*words: object, code: int = 0, timeout: float = 120, env: dict[str, str] | None = None,
             cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs it to its end and checks the exit code."""
    done = subprocess.run([OUTBOARD, *map(str, words)], capture_output=True, text=True, timeout=timeout,
                          env=env or environment(), cwd=cwd, stdin=subprocess.DEVNULL)
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def read_wav(path: Path) -> tuple[int, np.ndarray]:
    """Rate and samples (frames × 2, int16)."""
    with wave.open(str(path)) as file:
        assert file.getnchannels() == 2 and file.getsampwidth() == 2
        return file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


def read_stats(path: Path) -> dict[str, Any]:
    stats: dict[str, Any] = json.loads(path.read_text())
    return stats


def wait_for(what: str, condition: Any, seconds: float = 20) -> Any:
    """Polls until the condition is true and returns it; fails after the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")


class Running:
    """An outboard that runs beside the test, ended at the latest with it."""

    def __init__(self, *words: object, env: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen([OUTBOARD, *map(str, words)], env=env or environment(), text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def children(self) -> list[int]:
        path = f"/proc/{self.process.pid}/task"
        found: list[int] = []
        for task in os.listdir(path):
            found += map(int, Path(path, task, "children").read_text().split())
        return found

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def finish(self, timeout: float = 60) -> tuple[str, str]:
        """Waits for its end; exit code 0."""
        output, errors = self.process.communicate(timeout=timeout)
        assert self.process.returncode == 0, f"exit {self.process.returncode}\n{output}\n{errors}"
        return output, errors


class Jack:
    """jackd with its dummy driver under a name of its own."""

    def __init__(self, name: str, period: int) -> None:
        self.name, self.period = name, period

    def __enter__(self) -> Jack:
        self.server = subprocess.Popen(
            ["jackd", "-n", self.name, "-d", "dummy", "-r", "48000", "-p", str(self.period)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for("the JACK server", lambda: self.ports() is not None)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.server.terminate()
        try:
            self.server.wait(10)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()

    def env(self) -> dict[str, str]:
        return environment(JACK_DEFAULT_SERVER=self.name, JACK_NO_START_SERVER="1")

    def ports(self) -> list[str] | None:
        """Names of all ports; None when the server does not answer."""
        done = subprocess.run(["jack_lsp"], env=self.env(), capture_output=True, text=True)
        return done.stdout.split("\n")[:-1] if done.returncode == 0 else None

    def outputs_of_outboard(self) -> list[str]:
        known = ("system:", "jack_rec", "jackrec")
        return [p for p in self.ports() or [] if not p.startswith(known) and "midi" not in p.lower()]

    def record(self, path: Path, seconds: float, ports: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["jack_rec", "-f", str(path), "-d", str(seconds), "-b", "16", *ports], env=self.env(),
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
