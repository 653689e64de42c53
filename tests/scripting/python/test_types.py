"""The package and the factory scripts are fully typed."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from conftest import FACTORY, ROOT
from helpers import off, on
from outboard import beats
from outboard.testing import Script, notes

PYTHON = ROOT / "scripting" / "python"


def mypy(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", *arguments],
        capture_output=True,
        text=True,
        cwd=PYTHON,
        timeout=300,
    )


def test_mypy_strict_passes_on_package_and_factory(tmp_path):
    scripts = sorted(str(path) for path in FACTORY.glob("*.py"))
    assert len(scripts) >= 6
    done = mypy("--cache-dir", str(tmp_path), "outboard", *scripts)
    assert done.returncode == 0, done.stdout + done.stderr


LISTING = """
from outboard import Knob, Menu, NoteOn, held, note_value, on, play, spawn

rate = Menu("Rate", ["1/4", "1/8", "1/16"], default="1/8")
gate = Knob("Gate", 0.5, min=0.05, max=1.0, unit="%")

@on.note
@on.start
def start(e: NoteOn | None = None) -> None:
    spawn(arpeggio, name="arpeggio")           # does nothing while one of that name runs

async def arpeggio() -> None:
    i = 0
    while held:
        note, step = held.by_pitch[i % len(held)], note_value(rate.value)
        play(note.key, note.velocity, duration=step * gate.value)
        i += 1
        await step
"""


def test_the_listing_that_authors_see_first_type_checks_and_plays(tmp_path):
    script = tmp_path / "listing.py"
    script.write_text(LISTING)
    done = mypy("--cache-dir", str(tmp_path / "cache"), str(script))
    assert done.returncode == 0, done.stdout
    heard = Script(script).run([on(12000, 64), off(36000, 60)], until=beats(2), held_before=[on(0, 60)])
    assert [(note.time, note.key, note.length) for note in notes(heard)] == [
        (0, 60, 6000),
        (12000, 64, 6000),
        (24000, 60, 6000),
        (36000, 64, 6000),
    ]


def test_wrong_uses_do_not_type_check(tmp_path):
    lines = [
        "e.key = 3",
        "e.time = 3",
        "play(60, duration=0.5)",
        "play('C3')",
        "e.forward(61)",
        "e.forward(value=1.0)",
        "x: int = gate.value",
        "x: str = count.value",
        "held.top.key",
        "spawn(t, 1)",
    ]
    script = tmp_path / "wrong.py"
    head = (
        "from outboard import Knob, NoteOn, held, on, play, spawn\n"
        "gate = Knob('A', 0.5)\ncount = Knob('B', 1, min=1, max=4, step=1)\nasync def t() -> None: ...\n"
        "y: int = count.value\n"
    )
    script.write_text(head + "".join(f"def f{i}(e: NoteOn) -> None:\n    {line}\n" for i, line in enumerate(lines)))
    done = mypy("--cache-dir", str(tmp_path / "cache"), str(script))
    wrong = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}
    assert wrong == {head.count("\n") + 2 * i + 2 for i in range(len(lines))}, done.stdout
    bad = tmp_path / "handler.py"
    bad.write_text("from outboard import ControlChange, on\n@on.note\ndef n(e: ControlChange) -> None: ...\n")
    assert mypy("--cache-dir", str(tmp_path / "cache"), str(bad)).returncode == 1


def test_public_signatures_do_not_say_any():
    import outboard
    import outboard.testing

    names = set(outboard.__all__) | set(outboard.testing.__all__)
    found = []
    for path in sorted((PYTHON / "outboard").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name in names:
                for part in ast.walk(node):
                    if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
                        hints = [a.annotation for a in part.args.args + part.args.kwonlyargs] + [part.returns]
                        names_in_hints = {n.id for h in hints if h for n in ast.walk(h) if isinstance(n, ast.Name)}
                        if "Any" in names_in_hints:
                            found.append(f"{path.name}: {part.name}")
    assert found == []


@pytest.mark.parametrize("name", [path.name for path in sorted((PYTHON / "outboard").glob("*.py"))])
def test_files_stay_small(name):
    assert len((PYTHON / "outboard" / name).read_text(encoding="utf-8").splitlines()) <= 400
