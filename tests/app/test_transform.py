"""Events in, events out: what a script passes comes out as it went in."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest

from midi import CC, OFF, ON, PROGRAM, playable_count, read_song, tempo, write_song
from support import PASS_THROUGH, outboard, read_stats, songs


@pytest.fixture()
def pass_through(tmp_path: Path) -> Path:
    script = tmp_path / "pass.py"
    script.write_text(PASS_THROUGH)
    return script


def missing_offs(song: Path, channel: int) -> list[tuple[int, bytes]]:
    """Keys that the song never lets go are let go after its last event; one of the 31 songs has such a key."""
    channels, _ = read_song(song)
    last = max(tick for events in channels.values() for tick, _ in events)
    down: Counter[int] = Counter()
    for _, data in channels[channel]:
        kind = data[0] & 0xF0
        if kind == ON and data[2] > 0:
            down[data[1]] += 1
        elif kind in (ON, OFF) and down[data[1]] > 0:
            down[data[1]] -= 1
    return [(last, bytes([OFF | channel, key, 64])) for key in down.elements()]


def assert_same(song: Path, output: Path, stats_path: Path, frames: int) -> None:
    wanted, wanted_metas = read_song(song)
    channels, metas = read_song(output)
    assert sorted(channels) == sorted(wanted)
    for channel, events in wanted.items():
        assert channels[channel] == events + missing_offs(song, channel), f"{song.name}, channel {channel + 1}"
    assert metas == wanted_metas
    stats = read_stats(stats_path)
    assert stats["frames"] == frames
    assert stats["blocks"] == math.ceil(stats["length"] / frames) > 0
    track = stats["tracks"][0]
    ends = sum(len(missing_offs(song, channel)) for channel in wanted)
    assert track["events_in"] == playable_count(song) + ends
    assert track["events_lost"] == 0 and track["notes_hanging"] == 0 and track["restarts"] == 0


@pytest.mark.parametrize("song", songs(), ids=lambda song: song.stem)
def test_pass_through_keeps_every_event_of_a_real_song(song: Path, pass_through: Path, tmp_path: Path) -> None:
    output, stats = tmp_path / "b.mid", tmp_path / "s.json"
    outboard("transform", song, "-o", output, "--script", pass_through, "--frames", 512, "--stats", stats)
    assert_same(song, output, stats, 512)


# Each: (tick, bytes). Division 480.
SYNTHETIC: dict[str, list[tuple[int, bytes]]] = {
    "overlapping presses of one key": [
        (0, bytes([ON, 60, 100])), (120, bytes([ON, 60, 90])), (240, bytes([OFF, 60, 1])), (360, bytes([OFF, 60, 2]))],
    "the same press twice at one tick": [
        (0, bytes([ON, 60, 100])), (0, bytes([ON, 60, 100])), (240, bytes([OFF, 60, 1])), (240, bytes([OFF, 60, 2]))],
    "offs without an on": [
        (0, bytes([OFF, 64, 10])), (10, bytes([ON, 60, 100])), (20, bytes([ON, 64, 0])), (480, bytes([OFF, 60, 0])),
        (481, bytes([OFF, 60, 64]))],
    "release velocities": [
        (0, bytes([ON, 60, 100])), (0, bytes([ON, 61, 100])), (0, bytes([ON, 62, 100])),
        (100, bytes([OFF, 60, 0])), (100, bytes([OFF, 61, 127])), (100, bytes([ON, 62, 0]))],
    "off and on of one key at one tick": [
        (0, bytes([ON, 60, 100])), (240, bytes([OFF, 60, 33])), (240, bytes([ON, 60, 44])), (480, bytes([ON, 60, 0]))],
    "every kind of message": [
        (0, bytes([PROGRAM | 3, 5])), (1, bytes([CC | 3, 7, 99])), (2, bytes([0xE3, 1, 64])), (3, bytes([0xD3, 17])),
        (4, bytes([0xA3, 60, 18])), (5, bytes([ON | 3, 60, 1])), (6, bytes([OFF | 3, 60, 127])),
        (7, b"\xf0\x05\x7e\x7f\x09\x01\xf7"), (8, bytes([CC | 3, 123, 0]))],
    "metas in their places": [
        (0, b"\xff\x03\x04name"), (0, b"\xff\x58\x04\x07\x03\x18\x08"), (0, tempo(90)), (0, bytes([ON, 60, 100])),
        (100, b"\xff\x06\x04here"), (480, tempo(180)), (600, bytes([OFF, 60, 64])), (700, b"\xff\x7f\x03\x01\x02\x03")],
    "sixteen channels at one tick": [(5, bytes([ON | c, 40 + c, 1 + c])) for c in range(16)]
    + [(900, bytes([OFF | c, 40 + c, c])) for c in range(16)],
}


@pytest.mark.parametrize("running_status", [False, True], ids=["full", "running"])
@pytest.mark.parametrize("name", SYNTHETIC)
def test_pass_through_keeps_what_is_rare(name: str, running_status: bool, pass_through: Path, tmp_path: Path) -> None:
    song = write_song(tmp_path / "a.mid", SYNTHETIC[name], end=1000, running_status=running_status)
    output, stats = tmp_path / "b.mid", tmp_path / "s.json"
    outboard("transform", song, "-o", output, "--script", pass_through, "--frames", 64, "--stats", stats)
    assert_same(song, output, stats, 64)


def test_a_channel_can_be_scripted_alone(tmp_path: Path) -> None:
    script = tmp_path / "up.py"
    script.write_text("from outboard import on\n\n\n@on.note\ndef up(e):\n    e.forward(key=e.key + 12)\n")
    events = [(0, bytes([ON | c, 60, 100])) for c in range(4)] + [(480, bytes([OFF | c, 60, 9])) for c in range(4)]
    song = write_song(tmp_path / "a.mid", events)
    outboard("transform", song, "-o", tmp_path / "b.mid", "--script", f"3:{script}", "--stats", tmp_path / "s.json")
    channels, _ = read_song(tmp_path / "b.mid")
    for channel in range(4):
        key = 72 if channel == 2 else 60
        assert channels[channel] == [(0, bytes([ON | channel, key, 100])), (480, bytes([OFF | channel, key, 9]))]
    stats = {track["name"]: track for track in read_stats(tmp_path / "s.json")["tracks"]}
    assert stats["Channel 3"]["events_in"] > 0 and stats["Rest"]["script"] == ""


def test_notes_that_the_song_leaves_down_are_ended(pass_through: Path, tmp_path: Path) -> None:
    song = write_song(tmp_path / "a.mid", [(0, bytes([ON, 60, 100])), (480, bytes([ON, 64, 100]))], end=960)
    outboard("transform", song, "-o", tmp_path / "b.mid", "--script", pass_through)
    channels, _ = read_song(tmp_path / "b.mid")
    assert [data[1] for _, data in channels[0] if data[0] & 0xF0 == OFF] == [60, 64]


def test_parameters_reach_the_script(tmp_path: Path) -> None:
    script = tmp_path / "shift.py"
    script.write_text("from outboard import Knob, Menu, on\n\nsteps = Knob('Steps', 0, min=-12, max=12, step=1)\n"
                      "loud = Menu('Loudness', ['soft', 'very loud'], default='soft')\n\n\n@on.note\ndef shift(e):\n"
                      "    e.forward(key=e.key + steps.value, velocity=1.0 if loud.value == 'very loud' else 0.5)\n")
    song = write_song(tmp_path / "a.mid", [(0, bytes([ON, 60, 100])), (480, bytes([OFF, 60, 64]))])
    outboard("transform", song, "-o", tmp_path / "b.mid", "--script", script, "--set", "steps=-5", "--set",
             "Loudness=very loud")
    channels, _ = read_song(tmp_path / "b.mid")
    assert channels[0][0] == (0, bytes([ON, 55, 127]))


def test_every_kind_of_parameter_can_be_set(tmp_path: Path) -> None:
    script = tmp_path / "panel.py"
    script.write_text("from outboard import *\n\nsteps = Table('Steps', [0, 0, 0])\nmorph = XY('Morph')\n"
                      "latch = Toggle('Latch')\nscale = FileDrop('Scale', types=['.scl'])\n"
                      "other = FileDrop('Other')\n\n\n@on.start\ndef tell():\n"
                      "    print('|', steps.value, morph.value, latch.value, scale.value.name, other.value, '|')\n")
    (tmp_path / "just.scl").write_text("! just\n")
    song = write_song(tmp_path / "a.mid", [(0, bytes([ON, 60, 100])), (480, bytes([OFF, 60, 64]))])
    done = outboard("transform", song, "-o", tmp_path / "b.mid", "--script", script, "--set", "Steps=[1, 0, 0.5]", "--set",
                    "morph=0.25,0.75", "--set", "latch=on", "--set", f"scale={tmp_path / 'just.scl'}", "--set", "other=")
    assert "| (1.0, 0.0, 0.5) (0.25, 0.75) True just.scl None |" in done.stdout + done.stderr
