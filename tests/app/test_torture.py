"""A song of 16 channels with three scripts, in real time through JACK, while they are edited ten times, killed, hang,
leave and crash. OUTBOARD_TORTURE_SECONDS says for how long; 12 if not set.
"""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path
from random import Random

from midi import CC, OFF, ON, read_song, tempo, write_song
from support import Jack, Running, read_stats, wait_for

SECONDS = float(os.environ.get("OUTBOARD_TORTURE_SECONDS", "12"))
DIVISION = 480
BPM = 150  # a tick is 40 samples: ticks in the file that was played are those of the song
SAMPLES_PER_TICK = 48000 * 60 // BPM // DIVISION
PERIOD_MS = 128 / 48
WATCHDOG_MS = 500  # how long a script may take for an answer

# Three ways to play, each with the same three ways to end badly: what is to happen is the name of a file beside the
# script, which is gone when it happens. Who is live says so, with the number of its edition, in a file, too.
ENDS = """\
import ctypes, os
from pathlib import Path
from outboard import *
HERE, NAME, EDITION = Path(__file__).parent, Path(__file__).stem, {edition}
def asked(what: str) -> bool:
    file = HERE / f"{{NAME}} {{what}}"
    if file.exists():
        file.unlink()
        return True
    return False
@on.start
def begin() -> None:
    part = HERE / f"{{NAME}} part"
    part.write_text(f"{{EDITION}} {{os.getpid()}}")
    part.rename(HERE / f"{{NAME}} live")
@every(beats(1 / 16))
def look() -> None:
    if asked("hang"):
        while True: pass
    if asked("leave"):
        os._exit(3)
    if asked("crash"):
        ctypes.string_at(0)
"""
PLAYS = [
    """\
@on.note
async def delayed(e: NoteOn) -> None:
    await ms(5)
    e.forward()
""",
    """\
@on.note
def chord(e: NoteOn) -> None:
    e.forward()
    play(min(e.key + 7, 127))
    play(min(e.key + 12, 127), duration=ms(300))
    play(min(e.key + 19, 127), hold=True).release(after=ms(200))
""",
    """\
@live_loop("bass")
async def bass() -> None:
    play(30, duration=beats(0.5))
    await beats(0.75)
@on.any
def rest(e: Event) -> None:
    e.forward()
""",
]


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(ENDS.splitlines(), 1) if text in line)


class Victim:
    """One of the scripts, on its channel."""

    def __init__(self, folder: Path, number: int) -> None:
        self.path = folder / f"script{number}.py"
        self.plays = PLAYS[number]
        self.edition = 0
        self.good_edits = 0
        self.reasons: list[str] = []
        self.pid = 0
        self.write()

    def write(self, more: str = "") -> None:
        part = self.path.with_suffix(".part")
        part.write_text(ENDS.format(edition=self.edition) + self.plays + more)
        part.replace(self.path)  # whole at once, as editors do

    def live(self) -> bool:
        """Whether a process other than the last one says that it is live, with the edition saved last."""
        try:
            edition, pid = (self.path.parent / f"{self.path.stem} live").read_text().split()
        except FileNotFoundError:
            return False
        if int(edition) != self.edition or int(pid) == self.pid:
            return False
        self.pid = int(pid)
        return True

    def wait_live(self) -> None:
        wait_for(f"{self.path.name}, edition {self.edition}", self.live, 30)

    def edit(self) -> None:
        self.edition += 1
        self.good_edits += 1
        self.write()
        self.wait_live()

    def edit_badly(self) -> None:
        self.write("def (:\n")
        time.sleep(0.5)  # it is looked at meanwhile; the old one plays on
        assert Path(f"/proc/{self.pid}").exists()

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.reasons.append("SIGKILL")
        self.wait_live()

    def end(self, what: str, reason: str) -> None:
        (self.path.parent / f"{self.path.stem} {what}").touch()
        self.reasons.append(reason.format(name=self.path.name))
        self.wait_live()

    def hang(self) -> None:
        self.end("hang", f"no answer for 500 ms: {{name}}, line {line_of('while True')} in look")

    def leave(self) -> None:
        self.end("leave", f"exit code 3: {{name}}, line {line_of('_exit')} in look")

    def crash(self) -> None:
        self.end("crash", f"SIGSEGV: {{name}}, line {line_of('string_at')} in look")


def song_of_16_channels(path: Path, seconds: float) -> Path:
    """Notes, controllers and bends on every channel for so long."""
    random = Random(16)
    events: list[tuple[int, bytes]] = [(0, tempo(BPM))]
    for channel in range(16):
        end = round(seconds * BPM / 60 * DIVISION)
        at = 0
        while (at := at + random.choice([60, 120, 240])) < end:
            key, length = random.randrange(36, 96), random.choice([30, 110, 400])
            events += [(at, bytes([ON | channel, key, random.randrange(1, 128)])),
                       (at + length, bytes([OFF | channel, key, random.randrange(128)]))]
            if random.random() < 0.3:
                events.append((at + 7, bytes([CC | channel, random.choice([1, 7, 11]), random.randrange(128)])))
            if random.random() < 0.2:
                events.append((at + 13, bytes([0xE0 | channel, random.randrange(128), random.randrange(128)])))
    return write_song(path, events, division=DIVISION)


def test_nothing_is_lost_and_nothing_hangs(jack: Jack, tmp_path: Path) -> None:
    song = song_of_16_channels(tmp_path / "a.mid", 10 * SECONDS + 120)
    stats_path, played = tmp_path / "s.json", tmp_path / "played.mid"
    a, b, c = victims = [Victim(tmp_path, number) for number in range(3)]
    steps = [a.edit, a.kill, b.edit, c.edit, a.hang, a.edit, b.edit_badly, c.edit, b.edit, b.leave, b.kill, c.crash,
             a.edit, b.edit, c.edit]
    assert sum("edit" in step.__name__ for step in steps) == 10
    scripts = [word for number, victim in enumerate(victims, 1) for word in ("--script", f"{number}:{victim.path}")]
    with Running("play", song, *scripts, "--midi", played, "--stats", stats_path, env=jack.env()) as run:
        for victim in victims:
            victim.wait_live()
        for step in steps:
            time.sleep(SECONDS / (len(steps) + 1))
            step()
        time.sleep(SECONDS / (len(steps) + 1))
        run.interrupt()
        output, _ = run.finish()

    stats = read_stats(stats_path)
    callback = {name: stats["layers"]["callback"][name] for name in ("mean", "p50", "p99", "p999", "max")}
    print("callback in percent of a block:", callback, "xruns:", stats["xruns"])
    tracks = {Path(track["script"]).name: track for track in stats["tracks"]}
    for victim in victims:
        track = tracks[victim.path.name]
        print({name: track[name] for name in ("calls", "late", "missed", "stale", "restarts", "swaps", "reasons")})
        assert track["reasons"] == victim.reasons
        assert track["restarts"] == len(victim.reasons) and track["swaps"] == victim.good_edits
        assert track["events_in"] > 0 and track["overflows"] == track["refused"] == 0
    for track in stats["tracks"]:
        assert track["events_lost"] == 0 and track["notes_hanging"] == 0

    # Who hangs is late meanwhile, and is ended by the watchdog. The callback has not waited for that.
    hung = tracks[a.path.name]
    assert hung["late"] + hung["missed"] > 10
    assert max(end - begin for begin, end in hung["late_windows"]) >= WATCHDOG_MS * 48
    assert callback["max"] / 100 * PERIOD_MS < WATCHDOG_MS

    # What did not compile is told with its line.
    bad_line = ENDS.count("\n") + b.plays.count("\n") + 1
    assert re.search(rf"{b.path.name}:{bad_line}: error: .*SyntaxError", output, re.DOTALL), output

    # The channels without a script have played the song, every event of it at its tick.
    last = stats["length"] // SAMPLES_PER_TICK - DIVISION
    wanted, _ = read_song(song)
    heard, _ = read_song(played)
    for channel in range(3, 16):
        expected = [event for event in wanted[channel] if event[0] < last]
        assert len(expected) > 10 * SECONDS / 4
        assert [event for event in heard[channel] if event[0] < last] == expected, f"channel {channel + 1}"
    # Every note of every channel has its end.
    for channel, events in heard.items():
        down: dict[int, int] = {}
        for _, data in events:
            if data[0] & 0xF0 in (ON, OFF):
                down[data[1]] = down.get(data[1], 0) + (1 if data[0] & 0xF0 == ON and data[2] > 0 else -1)
        assert not any(down.values()), f"channel {channel + 1}: {down}"
