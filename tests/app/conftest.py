"""What the end-to-end tests share. A test that cannot run here fails: nothing is skipped in silence."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import Jack, wait_for


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{item.name} was skipped, and what did not run has not passed"


@pytest.fixture()
def jack() -> Iterator[Jack]:
    """A real JACK server without a sound card: 48000 Hz, 128 frames."""
    # A name of its own each time: a server that has just ended may still be clearing up behind the last one.
    with Jack(f"outboard-test-{os.getpid()}-{time.monotonic_ns()}", period=128) as server:
        yield server


@pytest.fixture()
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has never started Outboard before."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def answers(display: str) -> bool:
    env = os.environ | {"DISPLAY": display}
    return subprocess.run(["xdotool", "getdisplaygeometry"], env=env, capture_output=True, timeout=20).returncode == 0


@pytest.fixture()
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A screen that nobody sees, with nothing on it. Numbers far from those that servers choose by themselves: two that
    start at once may take the same one."""
    for attempt in range(5):
        name = f":{1000 + (os.getpid() * 5 + attempt) % 50000}"
        server = subprocess.Popen(["Xvfb", name, "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for("the screen", lambda: server.poll() is not None or answers(name))
            if server.poll() is None:
                monkeypatch.setenv("DISPLAY", name)
                monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
                yield name
                return
        finally:
            server.terminate()
            server.wait(10)
    raise AssertionError("Xvfb did not start")
