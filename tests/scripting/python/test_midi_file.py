"""`MidiFile`, and the command that prints what is heard of one."""

from __future__ import annotations

import os
import subprocess
import sys

import mido
import pytest

from conftest import FACTORY, ROOT
from outboard import ControlChange, NoteOff, NoteOn, beats, samples
from outboard.testing import MidiFile, Script, TransportChange, notes

DIVISION = 480


def write(path, *tracks, **options):
    """A file of tracks of (tick, message)."""
    song = mido.MidiFile(ticks_per_beat=DIVISION, **options)
    for messages in tracks:
        track, now = mido.MidiTrack(), 0
        for tick, message in messages:
            track.append(message.copy(time=tick - now))
            now = tick
        song.tracks.append(track)
    song.save(path)
    return path


def tempo(bpm):
    return mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm))


def press(tick, key, velocity=100, channel=0):
    return tick, mido.Message("note_on", note=key, velocity=velocity, channel=channel)


def lift(tick, key, velocity=64, channel=0):
    return tick, mido.Message("note_off", note=key, velocity=velocity, channel=channel)


def test_events_of_every_kind_at_their_samples(tmp_path):
    song = MidiFile(
        write(
            tmp_path / "a.mid",
            [
                press(0, 60, 127),
                (240, mido.Message("control_change", channel=3, control=7, value=64)),
                (480, mido.Message("note_on", note=60, velocity=0)),
                (481, mido.Message("pitchwheel", pitch=-4096)),
                (482, mido.Message("program_change", program=9)),
                (483, mido.Message("aftertouch", value=127)),
                (484, mido.Message("polytouch", note=61, value=0)),
                (485, mido.Message("sysex", data=(1, 2))),
                lift(960, 61, 3),
            ],
        )
    )
    assert [type(event).__name__ for event in song.events] == [
        "NoteOn",
        "ControlChange",
        "NoteOff",
        "PitchBend",
        "ProgramChange",
        "ChannelPressure",
        "PolyPressure",
        "MidiBytes",
        "NoteOff",
    ]
    assert song.events[:3] == [
        NoteOn(time=0, channel=1, key=60, velocity=1.0),
        ControlChange(time=12000, channel=4, cc=7, value=64 / 127),
        NoteOff(time=24000, channel=1, key=60, velocity=64 / 127),
    ]
    assert song.events[3].value == -0.5 and song.events[7].data == b"\xf0\x01\x02\xf7"
    assert song.events[8].velocity7 == 3 and song.length == samples(48000)
    assert (song.tempo, song.time_signature) == (120.0, (4, 4))


def test_tempo_and_signature_changes_and_tracks_in_their_order(tmp_path):
    path = write(
        tmp_path / "a.mid",
        [
            (0, tempo(90)),
            (0, mido.MetaMessage("time_signature", numerator=3, denominator=4)),
            (480, tempo(180)),
            (960, mido.MetaMessage("time_signature", numerator=7, denominator=8)),
        ],
        [press(480, 60), lift(960, 60)],
        [press(480, 64), lift(960, 64)],
    )
    song = MidiFile(path)
    assert song.tempo == pytest.approx(90, abs=1e-4) and song.time_signature == (3, 4)
    changes = [event for event in song.events if isinstance(event, TransportChange)]
    assert [(round(c.time), c.tempo and round(c.tempo), c.time_signature) for c in changes] == [
        (32000, 180, None),
        (48000, None, (7, 8)),
    ]
    assert [(e.time, e.key) for e in song.events if isinstance(e, NoteOn)] == [(32000, 60), (32000, 64)]
    assert song.beat_at(16000) == pytest.approx(0.5, abs=1e-6) and song.beat_at(40000) == pytest.approx(1.5, abs=1e-6)
    assert MidiFile(path, sample_rate=96000).length == samples(96000)


def test_a_script_runs_on_a_song(tmp_path):
    song = MidiFile(write(tmp_path / "a.mid", [(0, tempo(60)), press(0, 60), lift(100, 60), (960, tempo(120))]))
    heard = Script(FACTORY / "arpeggiator.py").run(song.events, song.length, tempo=song.tempo)
    assert [tuple(note) for note in notes(heard)] == [(0, 1, 60, 100, 12000)]


def test_what_is_no_song_is_said_in_one_sentence(tmp_path):
    cut = b"MThd\0\0\0\6\0\0\0\1\1\xe0MTrk\0\0\0\x20\0\x90<"
    for name, data in {"text": b"hello", "empty": b"", "cut": cut}.items():
        path = tmp_path / f"{name}.mid"
        path.write_bytes(data)
        with pytest.raises(ValueError, match=f"{name}.mid is not a MIDI file"):
            MidiFile(path)
    with pytest.raises(FileNotFoundError):
        MidiFile(tmp_path / "none.mid")
    frames = tmp_path / "frames.mid"
    frames.write_bytes(b"MThd\0\0\0\6\0\0\0\1\xe7\x28MTrk\0\0\0\4\0\xff\x2f\0")
    with pytest.raises(ValueError, match="film frames"):
        MidiFile(frames)


def command(*words, code=0, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "outboard.testing", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripting" / "python"), **environment},
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture
def song(tmp_path):
    return write(tmp_path / "a.mid", [press(0, 60), press(0, 66, 90), lift(480, 60), lift(480, 66)])


def test_the_command_prints_the_events_as_a_table(song):
    assert command(FACTORY / "passthrough.py", song).stdout == (
        "    sample        beat  ch  event\n"
        "         0      0.0000   1  note on     C3   velocity 100\n"
        "         0      0.0000   1  note on     F#3  velocity 90\n"
        "     24000      1.0000   1  note off    C3   velocity 64\n"
        "     24000      1.0000   1  note off    F#3  velocity 64\n"
    )


def test_the_commands_options(song):
    arpeggiator = FACTORY / "arpeggiator.py"
    sets = ["--set", "Rate=1/16", "--set", "gate=0.25", "--set", "Drums too=on"]
    rows = command(arpeggiator, song, *sets).stdout.splitlines()
    assert [row.split()[0] for row in rows if "note on" in row] == ["0", "6000", "12000", "18000"]
    assert [row.split()[0] for row in rows if "note off" in row] == ["1500", "7500", "13500", "19500"]
    short = command(arpeggiator, song, "--until", "0.5 beats").stdout.splitlines()
    assert len(short) == 3
    random = ["--set", "Mode=random", "--set", "Rate=1/32"]
    one, again, other = (command(arpeggiator, song, *random, "--seed", seed).stdout for seed in (1, 1, 2))
    assert one == again != other
    assert command(arpeggiator, song, *random, "--seed", 1, "--block", 17).stdout == one


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["none.py", "a.mid"], "the script none.py cannot be read: No such file or directory"),
        (["chords.py", "none.mid"], "the song none.mid cannot be read: No such file or directory"),
        (["chords.py", "chords.py"], "chords.py is not a MIDI file: "),
        (["chords.py"], "the following arguments are required: IN.mid; --help shows what there is"),
        (["chords.py", "a.mid", "--set", "Speed=3"], "the script has no parameter 'Speed'; it has: Chord, Drums too"),
        (["chords.py", "a.mid", "--set", "Chord"], "--set takes NAME=VALUE, not 'Chord'"),
        (["chords.py", "a.mid", "--set", "Chord=Sour"], "Chord is one of Major, Minor, "),
        (["echo.py", "a.mid", "--set", "Echoes=99"], "Echoes goes from 1 to 16, not 99"),
        (["echo.py", "a.mid", "--set", "Echoes=x"], "Echoes is a number from 1 to 16, not 'x'"),
        (["echo.py", "a.mid", "--until", "8"], '--until takes a number and one of beats, bars, s, ms, samples, such as'),
        (["echo.py", "a.mid", "--until", "0 s"], "--until 0 s ends before it begins"),
        (["echo.py", "a.mid", "--block", "0"], "--block is a number of frames from 1 up, not 0"),
        (["echo.py", "a.mid", "--seed", "x"], "argument --seed: invalid int value: 'x'; --help shows what there is"),
        (["bad.py", "a.mid"], "bad.py:2: SyntaxError: "),
        (["wrong.py", "a.mid"], "wrong.py:2: Knob 'A': the default 3 is not within 0.0 to 1.0"),
        (["no_text.py", "a.mid"], "no_text.py:1: the script is not UTF-8 text (invalid or missing encoding "),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_code_2(song, tmp_path, monkeypatch, words, sentence):
    for name in ("chords", "echo"):
        (tmp_path / f"{name}.py").write_bytes((FACTORY / f"{name}.py").read_bytes())
    (tmp_path / "bad.py").write_text("from outboard import on\ndef f(:\n")
    (tmp_path / "wrong.py").write_text("from outboard import Knob\nKnob('A', 3)\n")
    (tmp_path / "no_text.py").write_bytes(b"\xff\xff")
    monkeypatch.chdir(tmp_path)
    done = command(*words, code=2)
    assert done.stdout == "" and done.stderr.startswith(f"outboard.testing: {sentence}")
    assert done.stderr.count("\n") == 1


def test_errors_of_a_script_that_runs_are_exit_code_1(song, tmp_path):
    script = tmp_path / "fails.py"
    script.write_text("from outboard import on\n\n\n@on.note\ndef f(e):\n    1 / 0\n")
    done = command(script, song, code=1)
    assert "ZeroDivisionError" in done.stderr and done.stdout.count("note on") == 2


def test_without_mido_a_sentence_says_what_to_install(song, tmp_path):
    (tmp_path / "mido.py").write_text("raise ImportError\n")
    python = os.pathsep.join([str(tmp_path), str(ROOT / "scripting" / "python")])
    done = command(FACTORY / "chords.py", song, code=2, PYTHONPATH=python)
    assert done.stderr == (
        "outboard.testing: MIDI files are read with mido, which is not installed: "
        "install python3-mido, or mido with pip\n"
    )


def test_the_command_agrees_with_run(song):
    heard = Script(FACTORY / "echo.py").run(MidiFile(song).events, beats(16))
    rows = command(FACTORY / "echo.py", song, "--until", "16 beats").stdout.splitlines()[1:]
    assert [int(row.split()[0]) for row in rows] == [event.time for event in heard]


def test_several_scripts_are_a_chain(song):
    names = [FACTORY / "arpeggiator.py", FACTORY / "echo.py"]
    heard = Script(names).run(MidiFile(song).events, beats(16), values={"2.echoes": 2})
    rows = command(*names, song, "--until", "16 beats", "--set", "2.echoes=2").stdout.splitlines()[1:]
    assert [int(row.split()[0]) for row in rows] == [event.time for event in heard]
    assert len(rows) > 10
