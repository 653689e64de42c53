"""Wrong input: one clear sentence, the right exit code, no file left behind."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from midi import ON, write_song
from support import SOUNDFONT, outboard

FAILED, USAGE = 1, 2

# name, words after "outboard", exit code, what the sentence must hold. {dir} is the folder of files().
CASES: list[tuple[str, str, int, list[str]]] = [
    ("missing song", "render {dir}/none.mid -o {out}.wav", FAILED, ["none.mid"]),
    ("missing song, play", "play {dir}/none.mid --device timer", FAILED, ["none.mid"]),
    ("missing song, transform", "transform {dir}/none.mid -o {out}.mid", FAILED, ["none.mid"]),
    ("a folder as song", "render {dir} -o {out}.wav", FAILED, ["folder"]),
    ("a PNG named .mid", "render {dir}/picture.mid -o {out}.wav", FAILED, ["picture.mid", "MIDI"]),
    ("an empty file", "render {dir}/empty.mid -o {out}.wav", FAILED, ["empty.mid"]),
    ("truncated .mid", "render {dir}/truncated.mid -o {out}.wav", FAILED, ["truncated.mid"]),
    ("truncated .mid, transform", "transform {dir}/truncated.mid -o {out}.mid", FAILED, ["truncated.mid"]),
    ("missing SoundFont", "render {dir}/song.mid -o {out}.wav --soundfont {dir}/none.sf2", FAILED, ["none.sf2"]),
    ("damaged SoundFont", "render {dir}/song.mid -o {out}.wav --soundfont {dir}/damaged.sf2", FAILED, ["damaged.sf2"]),
    ("text as SoundFont", "play {dir}/song.mid --device timer --soundfont {dir}/good.py", FAILED, ["good.py"]),
    ("script does not compile", "render {dir}/song.mid -o {out}.wav --script {dir}/syntax.py", FAILED, ["syntax.py", "2"]),
    ("script does not compile, play", "play {dir}/song.mid --device timer --script {dir}/syntax.py", FAILED, ["syntax.py"]),
    ("script raises on import", "transform {dir}/song.mid -o {out}.mid --script {dir}/raises.py", FAILED, ["no such luck"]),
    ("script ends its process", "render {dir}/song.mid -o {out}.wav --script {dir}/leaves.py", FAILED, ["leaves.py"]),
    ("missing script", "render {dir}/song.mid -o {out}.wav --script {dir}/none.py", FAILED, ["none.py"]),
    ("unknown factory script", "render {dir}/song.mid -o {out}.wav --script arpegiator", FAILED, ["arpegiator", "arpeggiator"]),
    ("channel 17", "render {dir}/song.mid -o {out}.wav --script 17:arpeggiator", USAGE, ["17", "16"]),
    ("unknown parameter", "render {dir}/song.mid -o {out}.wav --script arpeggiator --set mood=1", USAGE, ["mood", "gate"]),
    ("parameter out of range", "render {dir}/song.mid -o {out}.wav --script arpeggiator --set gate=7", USAGE, ["gate", "7"]),
    ("parameter not a number", "render {dir}/song.mid -o {out}.wav --script arpeggiator --set gate=wide", USAGE, ["wide"]),
    ("unknown choice", "render {dir}/song.mid -o {out}.wav --script arpeggiator --set rate=1/7", USAGE, ["1/7", "1/8"]),
    ("table too short", "render {dir}/song.mid -o {out}.wav --script {dir}/panel.py --set steps=1,0", USAGE, ["steps", "3 numbers"]),
    ("pair of one", "render {dir}/song.mid -o {out}.wav --script {dir}/panel.py --set morph=0.5", USAGE, ["morph", "2 numbers"]),
    ("toggle neither on nor off", "render {dir}/song.mid -o {out}.wav --script {dir}/panel.py --set latch=maybe", USAGE, ["on or off"]),
    ("file that is not there", "render {dir}/song.mid -o {out}.wav --script {dir}/panel.py --set scale={dir}/none.scl", USAGE, ["none.scl"]),
    ("file of another kind", "render {dir}/song.mid -o {out}.wav --script {dir}/panel.py --set scale={dir}/song.mid", USAGE, [".scl"]),
    ("label", "render {dir}/song.mid -o {out}.wav --script {dir}/panel.py --set chord=Cm7", USAGE, ["chord", "the script writes"]),
    ("--set without a script", "render {dir}/song.mid -o {out}.wav --set gate=0.5", USAGE, ["--script"]),
    ("unwritable output", "render {dir}/song.mid -o {dir}/no/such/folder/x.wav", FAILED, ["x.wav"]),
    ("unwritable output, transform", "transform {dir}/song.mid -o {dir}/no/such/folder/x.mid", FAILED, ["x.mid"]),
    ("a folder as output", "render {dir}/song.mid -o {dir}", FAILED, []),
    ("unwritable stats", "render {dir}/song.mid -o {out}.wav --stats {dir}/no/such/s.json", FAILED, ["s.json"]),
    ("unwritable capture", "play {dir}/song.mid --device timer --seconds 1 --capture {dir}/no/such/c.wav", FAILED, ["c.wav"]),
    ("unknown device", "play {dir}/song.mid --device gramophone", FAILED, ["gramophone", "timer"]),
    ("--frames 0", "render {dir}/song.mid -o {out}.wav --frames 0", USAGE, ["--frames"]),
    ("--frames 0, play", "play {dir}/song.mid --device timer --frames 0", USAGE, ["--frames"]),
    ("--frames far too large", "render {dir}/song.mid -o {out}.wav --frames 99999999", USAGE, ["8192"]),
    ("--rate 0", "render {dir}/song.mid -o {out}.wav --rate 0", USAGE, ["--rate"]),
    ("damaged session", "play {dir}/damaged.outboard --device timer", FAILED, ["damaged.outboard", "line 3"]),
    ("damaged session, render", "render {dir}/damaged.outboard -o {out}.wav", FAILED, ["line 3"]),
    ("session of another program", "render {dir}/foreign.outboard -o {out}.wav", FAILED, ["foreign.outboard"]),
    ("session with a missing song", "render {dir}/songless.outboard -o {out}.wav", FAILED, ["gone.mid"]),
    ("session without a song", "render {dir}/silent.outboard -o {out}.wav", FAILED, ["song"]),
    ("session and --script", "play {dir}/silent.outboard --device timer --script arpeggiator", USAGE, ["--script"]),
    ("transform of a session", "transform {dir}/silent.outboard -o {out}.mid", USAGE, ["silent.outboard"]),
    ("unknown option", "render {dir}/song.mid -o {out}.wav --louder", USAGE, ["--louder"]),
    ("unknown verb", "dance {dir}/song.mid", USAGE, ["dance", "render"]),
    ("no output", "render {dir}/song.mid", USAGE, ["--output"]),
    ("no song", "render -o {out}.wav", USAGE, ["song"]),
    ("a second song", "render {dir}/song.mid {dir}/song.mid -o {out}.wav", USAGE, ["song.mid"]),
    ("guard time", "play {dir}/song.mid --device timer --prewake soon", USAGE, ["--prewake", "auto, off", "soon"]),
    ("not built yet: --sandbox", "render {dir}/song.mid -o {out}.wav --sandbox on", USAGE, ["--sandbox"]),
    ("not built yet: --trace", "play {dir}/song.mid --device timer --trace {out}.json", USAGE, ["--trace"]),
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("input")
    song = write_song(folder / "song.mid", [(0, bytes([ON, 60, 100])), (480, bytes([ON, 60, 0]))])
    (folder / "truncated.mid").write_bytes(song.read_bytes()[:-9])
    pixels = zlib.compress(b"\0\0")
    (folder / "picture.mid").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0" + pixels)
    (folder / "empty.mid").write_bytes(b"")
    (folder / "damaged.sf2").write_bytes(SOUNDFONT.read_bytes()[:20000])
    (folder / "good.py").write_text("from outboard import on\n")
    (folder / "panel.py").write_text("from outboard import *\nsteps = Table('Steps', [0, 0, 0])\nmorph = XY('Morph')\n"
                                     "latch = Toggle('Latch')\nscale = FileDrop('Scale', types=['.scl'])\n"
                                     "chord = Label('Chord')\n")
    (folder / "syntax.py").write_text("from outboard import on\ndef (:\n")
    (folder / "raises.py").write_text("raise ValueError('no such luck')\n")
    (folder / "leaves.py").write_text("import os\nos._exit(3)\n")
    (folder / "damaged.outboard").write_text('{\n  "outboard_session": 1,\n  "tracks": [,]\n}\n')
    (folder / "foreign.outboard").write_text('{"name": "something else"}\n')
    (folder / "songless.outboard").write_text('{"outboard_session": 1, "song": "gone.mid", "tracks": [{}]}\n')
    (folder / "silent.outboard").write_text('{"outboard_session": 1, "tracks": [{}]}\n')
    return folder


@pytest.mark.parametrize("words,code,parts", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_one_sentence_and_nothing_left(files: Path, tmp_path: Path, words: str, code: int, parts: list[str]) -> None:
    before = sorted(files.rglob("*"))
    asked = [word.format(dir=files, out=tmp_path / "out") for word in words.split()]
    done = outboard(*asked, code=code)
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("outboard: ") and lines[0].endswith((".", "?")), done.stderr
    for part in parts:
        assert part in lines[0]
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == [], "something was left behind"
    assert sorted(files.rglob("*")) == before, "something was left behind"


def test_an_old_output_survives_a_failed_run(files: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.wav"
    old.write_text("precious")
    outboard("render", files / "truncated.mid", "-o", old, code=FAILED)
    outboard("render", files / "song.mid", "-o", old, "--script", files / "raises.py", code=FAILED)
    assert old.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [old]


def test_an_unknown_key_in_a_session_is_reported_and_the_rest_plays(files: Path, tmp_path: Path) -> None:
    session = tmp_path / "a.outboard"
    session.write_text(f'{{"outboard_session": 1, "mood": 3, "song": "{files}/song.mid", "tracks": [{{}}]}}')
    done = outboard("render", session, "-o", tmp_path / "a.wav")
    assert "mood" in done.stdout
    assert (tmp_path / "a.wav").exists()


def test_check_says_what_the_machine_gives() -> None:
    done = outboard("check")
    words = ("devices", "timer", "real-time priority", "callback", "wake-up delay", "real-time limit", "governor")
    for word in (*words, "idle states", "memory lock", "cores", "Python", "SoundFont", "sandbox"):
        assert word in done.stdout
    granted = "yes: threads may have SCHED_FIFO" in done.stdout
    assert ("SCHED_FIFO" in line_of(done.stdout, "callback")) == granted
    assert re.search(r"median \d+ µs, 99 % within \d+ µs", line_of(done.stdout, "wake-up delay"))


def line_of(text: str, what: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(what))


def test_help_and_version_are_no_errors() -> None:
    assert "transform" in outboard("--help").stdout
    assert "--deadline" in outboard("play", "--help").stdout
    assert outboard("--version").stdout.startswith("outboard ")
