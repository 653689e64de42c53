"""Every code block of the guide is run: scripts by the tests beside them, commands as they stand there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mido
import pytest

from blocks import GUIDE, PAGES, blocks, write_files
from conftest import ROOT

TESTS = [(page, block.name) for page in PAGES for block in blocks(page) if block.name.startswith("test_")]
# They can be imported, and are no scripts: the script that imports them has a test.
MODULES = {("cookbook", "intervals.py")}
# What a script does by refusing something cannot be told from a script that passes everything in any other way.
NOTHING = '"""Lets everything pass."""\n'


def ids(entry: tuple[Path, str]) -> str:
    return f"{entry[0].stem}-{entry[1]}"


def run_tests(path: Path) -> None:
    """The test functions of a file, each in the file's folder."""
    namespace: dict[str, object] = {}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), namespace)
    tests = [value for name, value in namespace.items() if name.startswith("test_") and callable(value)]
    assert tests, f"{path.name} has no test"
    for test in tests:
        test()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of its own for a page's files, without what other pages have put on the path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.parametrize("entry", TESTS, ids=ids)
def test_the_scripts_pass_their_tests(entry, folder):
    page, name = entry
    write_files(page, folder)
    run_tests(folder / name)


@pytest.mark.parametrize("entry", TESTS, ids=ids)
def test_no_test_passes_without_its_script(entry, folder):
    # A test that a script which does nothing passes, too, would be none.
    page, name = entry
    write_files(page, folder)
    (folder / name.removeprefix("test_")).write_text(NOTHING)
    with pytest.raises((AssertionError, KeyError, StopIteration, IndexError, ValueError)):
        run_tests(folder / name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_is_run(page):
    found = blocks(page)
    assert found and {block.language for block in found} <= {"python", "console"}
    names = [block.name for block in found if block.language == "python"]
    assert all(names), f"{page.name}: a block's first line says which file it is"
    assert len(set(names)) == len(names)
    scripts = {name for name in names if not name.startswith("test_")} - {name for stem, name in MODULES if stem == page.stem}
    assert {name.removeprefix("test_") for name in names if name.startswith("test_")} == scripts


COMMANDS = [(page, block) for page in PAGES for block in blocks(page) if block.language == "console"]


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: f"{entry[0].stem}-{entry[1].line}")
def test_the_commands_say_what_the_guide_says(entry, tmp_path):
    page, block = entry
    write_files(page, tmp_path)
    song = mido.MidiFile(ticks_per_beat=480)
    song.tracks.append(
        mido.MidiTrack([mido.Message("note_on", note=60, velocity=100), mido.Message("note_off", note=60, time=240)])
    )
    song.save(tmp_path / "song.mid")
    first, _, expected = block.text.partition("\n")
    assert first.startswith("$ python3 ")
    command = first.removeprefix("$ ").replace("python3", sys.executable, 1)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripting" / "python")}
    done = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == (expected, "", 0)


def test_the_code_is_typed(tmp_path):
    strict = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path / "cache")]
    environment = {**os.environ, "MYPYPATH": str(ROOT / "scripting" / "python")}
    for page in PAGES:
        paths = write_files(page, tmp_path / page.stem)
        words = [*strict, "--scripts-are-modules", *(path.name for path in paths)]
        done = subprocess.run(
            words, capture_output=True, text=True, cwd=tmp_path / page.stem, env=environment, timeout=300
        )
        assert done.returncode == 0, page.name + "\n" + done.stdout + done.stderr


def test_links_lead_somewhere():
    import re

    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            assert (GUIDE / target).exists(), f"{page.name}: {target}"
