"""The package and the factory scripts are fully typed."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from conftest import FACTORY, ROOT

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
                        found += [
                            f"{path.name}: {part.name}" for hint in hints if hint and "Any" in ast.unparse(hint).split("[")
                        ]
    assert found == []


@pytest.mark.parametrize("name", [path.name for path in sorted((PYTHON / "outboard").glob("*.py"))])
def test_files_stay_small(name):
    assert len((PYTHON / "outboard" / name).read_text(encoding="utf-8").splitlines()) <= 400
