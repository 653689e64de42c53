"""What the end-to-end tests share. A test that cannot run here fails: nothing is skipped in silence."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import Jack


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
    with Jack(f"outboard-test-{os.getpid()}", period=128) as server:
        yield server


@pytest.fixture()
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has never started Outboard before."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture()
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A screen that nobody sees, with nothing on it."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"],
        pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as stream:
            number = stream.readline().strip()
        assert number, "Xvfb did not start"
        monkeypatch.setenv("DISPLAY", f":{number}")
        monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
        time.sleep(0.1)
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)
