"""Real time: a real audio callback, a real second process, and what somebody outside has heard."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from midi import OFF, ON, PROGRAM, read_song, write_song
from support import (OUTBOARD, PASS_THROUGH, Jack, Running, environment, outboard, read_stats, read_wav, songs, wait_for)

RATE = 48000
WINDOW = RATE // 2
LATE_NOTE = RATE  # so long at most sounds what began late
RINGS = 8 * RATE  # and so long its room, to less than a 16-bit step
PERIOD = 128


def find(needle: np.ndarray, hay: np.ndarray) -> int:
    """Where in hay the needle fits best: the least squared difference, the product computed by FFT."""
    size = 1 << (len(needle) + len(hay)).bit_length()
    product = np.fft.irfft(np.fft.rfft(hay, size) * np.conj(np.fft.rfft(needle, size)), size)
    energy = np.concatenate([[0.0], np.cumsum(hay**2)])
    places = len(hay) - len(needle) + 1
    return int(np.argmin(energy[len(needle) :] - energy[:places] - 2 * product[:places]))


def differing_windows(heard: np.ndarray, wanted: np.ndarray, late: list[list[int]]) -> tuple[int, int]:
    """How many windows of what was heard are not in the render at their place, to 16-bit rounding, and how many were
    looked at. A period that was lost or doubled on the way shifts what follows: the place is looked for again after a
    difference. What was late begins to sound later than in the render: not looked at there; for as long as that rings
    on, a tenth of the loudest may differ. Where the recording began is looked for in several places: one may be late."""
    loud = np.abs(heard).max(axis=1) > 200
    heard = heard[int(np.argmax(loud)) :].astype(np.int32)
    wanted = wanted.astype(np.int32)
    whole = wanted.sum(axis=1).astype(float)
    begins = {find(heard[at : at + 2 * RATE].sum(axis=1).astype(float), whole) - at
              for at in range(0, len(heard) - 2 * RATE, 3 * RATE)}  # fmt: skip
    found = [_differing_from(begin, heard, wanted, late) for begin in begins]
    return max(found, key=lambda one: one[1] - one[0])


def _differing_from(offset: int, heard: np.ndarray, wanted: np.ndarray, late: list[list[int]]) -> tuple[int, int]:
    differing = looked_at = 0
    for at in range(0, len(heard) - WINDOW + 1, WINDOW):
        since_late = min((at + offset - end for begin, end in late if begin < at + offset + WINDOW), default=RINGS)
        if since_late < LATE_NOTE:
            continue
        looked_at += 1
        part = heard[at : at + WINDOW]
        most = 1 if since_late >= RINGS else max(1, int(np.abs(part).max()) // 10)
        fits = False
        for shift in (0, *(s * PERIOD for k in range(1, 40) for s in (k, -k))):
            place = at + offset + shift
            if 0 <= place <= len(wanted) - WINDOW and np.abs(wanted[place : place + WINDOW] - part).max() <= most:
                offset, fits = offset + shift, True
                break
        differing += not fits
    return differing, looked_at


def test_what_is_heard_outside_is_the_render(jack: Jack, tmp_path: Path) -> None:
    song, seconds = songs()[4], 20
    stats_path, capture, outside = tmp_path / "s.json", tmp_path / "c.wav", tmp_path / "outside.wav"
    outboard("render", song, "-o", tmp_path / "r.wav", "--script", "arpeggiator", "--frames", PERIOD, "--seconds",
             seconds + 2)
    with Running("play", song, "--script", "arpeggiator", "--frames", PERIOD, "--seconds", seconds, "--stats",
                 stats_path, "--capture", capture, env=jack.env()) as running:
        ports = wait_for("Outboard's ports", jack.outputs_of_outboard)
        recorder = jack.record(outside, seconds - 3, ports[:2])
        output, _ = running.finish()
        recorder.wait(10)
    assert "JACK" in output and "Played" in output

    stats = read_stats(stats_path)
    assert stats["device"]["host_api"].startswith("JACK")
    assert stats["rate"] == RATE and stats["frames"] == PERIOD
    track = stats["tracks"][0]
    print(stats["layers"]["callback"], stats["device"], {k: track[k] for k in ("calls", "late", "missed", "restarts")})
    assert track["events_lost"] == 0 and track["notes_hanging"] == 0 and track["restarts"] == 0
    assert track["events_in"] > 100 and track["transport"] == "shm"

    # The layers add up, and agree with what PortAudio measures from outside.
    layers = stats["layers"]
    assert abs(layers["callback"]["mean"] - stats["device"]["cpu_load_median"]) < 3
    assert 0 <= layers["rest"]["mean"] < 5
    parts = sum(layers[name]["mean"] for name in ("sequencer", "scripting", "instruments", "mix", "rest"))
    assert parts == pytest.approx(layers["callback"]["mean"], rel=0.05, abs=0.1)

    _, rendered = read_wav(tmp_path / "r.wav")
    accidents = stats["xruns"] + track["late"] + track["missed"]
    for name, path in (("capture", capture), ("outside", outside)):
        rate, heard = read_wav(path)
        assert rate == RATE and len(heard) > (seconds - 5) * RATE, name
        heard = heard[: (seconds - 1) * RATE]  # the end is stopped by hand
        differing, looked_at = differing_windows(heard, rendered, track["late_windows"])
        print(name, "differing windows", differing, "of", looked_at, "accidents", accidents)
        assert looked_at > len(heard) / WINDOW / 5, "nearly all of it was late: nothing is proved"
        assert differing <= min(3, accidents) if name == "capture" else differing <= 3 + stats["xruns"], name


@pytest.mark.parametrize("transport", ["shm", "pipe"])
def test_both_transports_play_and_are_named(transport: str, tmp_path: Path) -> None:
    outboard("play", songs()[4], "--device", "timer", "--seconds", 3, "--script", "arpeggiator", "--transport", transport,
             "--stats", tmp_path / "s.json")
    track = read_stats(tmp_path / "s.json")["tracks"][0]
    assert track["transport"] == transport and track["events_in"] > 0 and track["restarts"] == 0
    assert track["events_lost"] == 0 and track["notes_hanging"] == 0


def test_time_burnt_by_a_script_shows_as_its_own(tmp_path: Path) -> None:
    events = [(n * 40, bytes([ON | c, 60, 100 * (n % 2 == 0)])) for n in range(400) for c in (0, 1)]
    song = write_song(tmp_path / "a.mid", events)
    burn, idle = tmp_path / "burn.py", tmp_path / "idle.py"
    burn.write_text("import time\nfrom outboard import on\n\n\n@on.any\ndef burn(e):\n    end = time.perf_counter() + 200e-6\n"
                    "    while time.perf_counter() < end:\n        pass\n    e.forward()\n")
    idle.write_text(PASS_THROUGH)
    outboard("render", song, "-o", tmp_path / "a.wav", "--script", f"1:{burn}", "--script", f"2:{idle}", "--stats",
             tmp_path / "s.json")
    tracks = {track["name"]: track for track in read_stats(tmp_path / "s.json")["tracks"]}
    burning, idling = tracks["Channel 1"], tracks["Channel 2"]
    print(burning["busy_us"], idling["busy_us"])
    assert 200 <= burning["busy_us"]["p50"] < 600
    assert idling["busy_us"]["p50"] < 150
    assert burning["layers"]["busy"]["p50"] > 2 * idling["layers"]["busy"]["p50"]


# The lower five notes belong to their keys, the others to the script.
TEN_NOTES = """\
from outboard import on, play

@on.note(channel=1)
def note(e):
    if e.key < 55:
        e.forward()
    else:
        play(e.key, e.velocity, hold=True)
"""


@pytest.mark.parametrize("transport", ["shm", "pipe"])
def test_killing_the_child_with_ten_notes_down(transport: str, tmp_path: Path) -> None:
    script = tmp_path / "ten.py"
    script.write_text(TEN_NOTES)
    beat = 480  # half a second
    events = [(0, bytes([PROGRAM, 19])), (0, bytes([PROGRAM | 1, 19]))]
    events += [(0, bytes([ON, 50 + n, 90])) for n in range(10)] + [(14 * beat, bytes([OFF, 50 + n, 64])) for n in range(10)]
    for n in range(14):
        events += [(n * beat, bytes([ON | 1, 72, 90])), (n * beat + 400, bytes([ON | 1, 72, 0]))]
    song = write_song(tmp_path / "a.mid", events)
    stats_path, capture, played = tmp_path / "s.json", tmp_path / "c.wav", tmp_path / "played.mid"
    with Running("play", song, "--script", script, "--device", "timer", "--transport", transport, "--tail", 0.5,
                 "--stats", stats_path, "--capture", capture, "--midi", played) as running:
        child = wait_for("the script's process", running.children)[0]
        time.sleep(2)
        os.kill(child, signal.SIGKILL)
        killed = time.monotonic()
        wait_for("another process", lambda: [c for c in running.children() if c != child])
        assert time.monotonic() - killed < 5
        running.finish()
    stats = read_stats(stats_path)
    track = stats["tracks"][0]
    assert track["restarts"] == 1 and track["state"] in ("live", "late", "pipelined")
    assert any("SIGKILL" in reason for reason in track["reasons"])
    assert track["pid"] != child
    assert track["notes_hanging"] == 0 and track["events_lost"] == 0
    # Each of the ten has begun once and ended once: with its key, or with the script's death.
    channels, _ = read_song(played)
    for key in range(50, 60):
        on, off = [(tick, data[0] & 0xF0) for tick, data in channels[0] if data[0] & 0xF0 in (ON, OFF) and data[1] == key]
        assert on[1] == ON and on[0] < beat and off[1] == OFF  # a late one begins later, and ends as much later
        assert off[0] == 14 * beat + on[0] if key < 55 else beat < off[0] < 13 * beat, f"key {key} ended at {off[0]}"
    _, heard = read_wav(capture)
    for second in range(1, 6):
        assert np.abs(heard[second * RATE : (second + 1) * RATE]).max() > 200, f"silence in second {second}"
    assert not any(Path("/proc", str(pid)).exists() for pid in (child, track["pid"])), "a child outlived the run"


def test_interrupting_ends_in_order(tmp_path: Path) -> None:
    stats_path, capture = tmp_path / "s.json", tmp_path / "c.wav"
    with Running("play", songs()[4], "--script", "arpeggiator", "--device", "timer", "--stats", stats_path, "--capture",
                 capture) as running:
        time.sleep(2.5)
        running.interrupt()
        output, _ = running.finish(10)
    assert "Played" in output
    track = read_stats(stats_path)["tracks"][0]
    assert track["notes_hanging"] == 0 and track["events_lost"] == 0
    _, heard = read_wav(capture)
    assert len(heard) > RATE and np.abs(heard).max() > 200
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c.wav", "s.json"]


def test_without_a_sound_card_it_plays_in_real_time_and_says_so() -> None:
    env = environment(JACK_DEFAULT_SERVER="nobody", JACK_NO_START_SERVER="1")
    cards = [line for line in outboard("check", env=env).stdout.splitlines() if "Hz" in line and "Timer" not in line]
    begun = time.monotonic()
    done = outboard("play", songs()[0], "--seconds", 2, env=env)
    assert time.monotonic() - begun > 1.9
    assert ("nothing can be heard" in done.stdout) == (not cards)


def test_without_a_display_the_demo_plays_and_ends(home: Path) -> None:
    begun = time.monotonic()
    done = outboard("--device", "timer", "--seconds", 4, env=environment(HOME=str(home)))
    assert 3.9 < time.monotonic() - begun < 60
    lines = done.stdout.splitlines()
    assert any("callback" in line and "scripting" in line for line in lines)
    assert lines[-1].startswith("Played") and "\033" not in done.stdout


def test_the_demo_is_heard_through_its_three_scripts(tmp_path: Path) -> None:
    demo = Path(OUTBOARD).parent.parent / "share" / "outboard" / "demo" / "demo.outboard"
    outboard("render", demo, "-o", tmp_path / "a.wav", "--stats", tmp_path / "s.json")
    tracks = {track["name"]: track for track in read_stats(tmp_path / "s.json")["tracks"]}
    scripted = {name: Path(track["script"]).stem for name, track in tracks.items() if track["script"]}
    assert sorted(scripted.values()) == ["arpeggiator", "chords", "humaniser"]
    for track in tracks.values():
        assert track["events_lost"] == 0 and track["notes_hanging"] == 0 and track["late"] == 0
    assert tracks["Strings"]["events_out"] > tracks["Strings"]["events_in"]
    assert tracks["Arp"]["events_out"] > 2 * tracks["Arp"]["events_in"]
    _, samples = read_wav(tmp_path / "a.wav")
    assert 60 * RATE < len(samples) < 100 * RATE
    assert 6000 < np.abs(samples).max() < 32767, "loud enough, not clipped"


def in_a_terminal(*words: object) -> str:
    """What a run draws in a terminal of 100 columns."""
    host, end = pty.openpty()
    process = subprocess.Popen([OUTBOARD, *map(str, words)], stdin=end, stdout=end, stderr=end, env=environment(
        TERM="xterm", COLUMNS="100"))
    os.close(end)
    drawn = b""
    while True:
        try:
            part = os.read(host, 65536)
        except OSError:
            break
        if not part:
            break
        drawn += part
    os.close(host)
    assert process.wait(30) == 0, drawn.decode()
    return drawn.decode()


def test_a_terminal_sees_the_table_redrawn() -> None:
    drawn = in_a_terminal("play", songs()[4], "--device", "timer", "--seconds", 2, "--script", "arpeggiator")
    assert drawn.count("\033[J") >= 4
    for word in ("callback", "WAIT", "BUSY", "instruments", "mix", "rest", "arpeggiator"):
        assert drawn.count(word) >= 4


def test_a_terminal_sees_a_progress_bar(tmp_path: Path) -> None:
    drawn = in_a_terminal("render", songs()[4], "-o", tmp_path / "a.wav", "--seconds", 30)
    assert drawn.count("█") > 10 and "Wrote" in drawn
