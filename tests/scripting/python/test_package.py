"""The package alone: in a plain interpreter, and in a directory of a user's own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from conftest import ROOT

FOLDER = ROOT / "scripting" / "python"


def run(*words, cwd, **environment):
    """With nothing of this repository on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, timeout=120, cwd=cwd, env={**kept, **environment}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """Where pip has installed the package, without a network."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "install", "--quiet"]
    run(*pip, "--no-index", "--target", target, FOLDER, cwd=target)
    return target


def test_import_outboard_in_a_plain_interpreter(installed, tmp_path):
    # -I -S: no environment, no site-packages, only the standard library and the one folder.
    path = f"import sys; sys.path.insert(0, {str(installed)!r})"
    code = f"{path}; import outboard, outboard.testing; print(outboard.__file__)"
    said = run(sys.executable, "-I", "-S", "-c", code, cwd=tmp_path)
    assert Path(said.strip()) == installed / "outboard" / "__init__.py"


def test_a_users_script_and_its_pytest_in_a_directory_of_their_own(installed, tmp_path):
    (tmp_path / "octaves.py").write_text(
        textwrap.dedent(
            """\
            from outboard import NoteOn, on
            from theory import OCTAVE


            @on.note
            def octaves(e: NoteOn) -> None:
                e.forward()
                e.forward(key=e.key + OCTAVE)
            """
        )
    )
    (tmp_path / "theory.py").write_text("OCTAVE = 12\n")
    (tmp_path / "test_octaves.py").write_text(
        textwrap.dedent(
            """\
            from pathlib import Path

            import outboard
            from outboard import NoteOff, NoteOn
            from outboard.testing import Script, assert_no_hanging_notes, notes

            HERE = Path(__file__).parent


            def test_octaves():
                heard = Script(HERE / "octaves.py").run([NoteOn(time=0, key=60), NoteOff(time=100, key=60)])
                assert_no_hanging_notes(heard)
                assert [(n.time, n.key, n.length) for n in notes(heard)] == [(0, 60, 100), (0, 72, 100)]
                print("tested with", outboard.__file__)
            """
        )
    )
    pytest_here = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider"]
    said = run(*pytest_here, cwd=tmp_path, PYTHONPATH=str(installed))
    assert "1 passed" in said and f"tested with {installed}" in said


def test_every_file_of_the_package_is_in_the_wheel(installed):
    def files(folder):
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if "__pycache__" not in path.parts}

    assert files(installed / "outboard") == files(FOLDER / "outboard")


def test_pip_knows_what_the_project_file_says(installed):
    project = (FOLDER / "pyproject.toml").read_text()
    path = f"import sys; sys.path.insert(0, {str(installed)!r})"
    names = ("Name", "Version", "Requires-Python", "Summary", "License")
    code = f"{path}; from importlib.metadata import metadata as m; print(*map(m('outboard').get, {names}), sep='|')"
    said = run(sys.executable, "-I", "-S", "-c", code, cwd=installed)
    name, version, python, summary, licence = said.strip().split("|")
    for line in (
        f'name = "{name}"',
        f'version = "{version}"',
        f'requires-python = "{python}"',
        f'description = "{summary}"',
        f'license = {{text = "{licence}"}}',
    ):
        assert f"\n{line}\n" in project
