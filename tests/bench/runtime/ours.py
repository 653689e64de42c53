"""Our contestants: a script and what it is fed with, run as the child program runs it."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .feed import BEAT, MIXED, NOTE_OFF, NOTE_ON, NOTES, POINT, START, Block, Feed, steps

HERE = Path(__file__).resolve().parent
FACTORY = HERE.parents[2] / "scripting" / "factory"
CHORD = (60, 64, 67)
#: What the child program gives to the warm-up.
WARM_UP = [(NOTE_OFF, 0, 0, 0, 0, 0, 0, 0, 0), (NOTE_ON, 0, 0, 0, 0, 0, 0, 0, 0)]


@dataclass(frozen=True)
class Events:
    """Events come in, `each` in a block of `frames`; the script plays so many `voices` for a key."""

    script: Path
    kinds: tuple[int, ...] = NOTES
    frames: int = 64
    each: int = 1
    voices: int = 0
    #: For one event: what is counted, and the records that must leave.
    units: float = 1
    leaving: float = 1


@dataclass(frozen=True)
class Steps:
    """Time goes by, and a task wakes every `length` samples, `several` times in a call."""

    script: Path
    length: int
    frames: int = 64
    several: int = 1
    #: The keys that are down; with them a note leaves at each step.
    chord: tuple[int, ...] = ()
    #: What it needs is pushed out of the processor's caches before each call; then the pre-wake brings back what it can.
    cold: bool = False
    warmed_up: bool = False


@dataclass
class Work:
    """Some blocks, 64 at most: what is counted of them, and how many records must leave."""

    blocks: list[Block]
    units: int
    leaving: int


def _here(name: str) -> Path:
    return HERE / "scripts" / f"{name}.py"


_WAIT, _SIXTEENTH, _EIGHTH = 480, BEAT // 4, BEAT // 2
CASES: dict[str, Events | Steps] = {
    "unhandled": Events(_here("unhandled"), frames=4096, each=256),
    "nothing": Events(_here("nothing"), frames=4096, each=256, leaving=0.5),  # a note-off follows by itself
    "pass": Events(FACTORY / "passthrough.py", frames=4096, each=256, voices=1),
    "pass-mixed": Events(FACTORY / "passthrough.py", MIXED, frames=4096, each=256, voices=1),
    "delay": Events(_here("delay"), frames=4096, each=256, voices=1),
    "unhandled-1": Events(_here("unhandled")),
    "nothing-1": Events(_here("nothing"), leaving=0.5),
    "pass-1": Events(FACTORY / "passthrough.py", voices=1),
    "play": Events(_here("chords"), frames=4096, each=16, voices=16, units=8, leaving=8.5),
    "wait": Steps(_here("waits"), _WAIT, several=128),
    "wait-beats": Steps(_here("waits_in_beats"), _WAIT, several=128),
    "wait-1": Steps(_here("waits"), _WAIT),
    "step-small": Steps(_here("small_arpeggio"), _SIXTEENTH, several=16, chord=CHORD),
    "step": Steps(FACTORY / "arpeggiator.py", _EIGHTH, several=16, chord=CHORD),
    "step-1": Steps(FACTORY / "arpeggiator.py", _EIGHTH, chord=CHORD),
    "step-cold": Steps(FACTORY / "arpeggiator.py", _EIGHTH, chord=CHORD, cold=True),
    "step-warmed": Steps(FACTORY / "arpeggiator.py", _EIGHTH, chord=CHORD, cold=True, warmed_up=True),
}


class Ours:
    """One script, loaded from one package."""

    def __init__(self, case: Events | Steps, package: str) -> None:
        sys.path.insert(0, package)
        from outboard import _child

        self.case = case
        warm = isinstance(case, Steps) and case.warmed_up
        options = {"sample_rate": 48000.0, "seed": 0, "channel": 1, "slot": 0, "values": {}, "warm": warm}
        answer = _child.load(str(case.script), options)
        if "error" in answer:
            raise SystemExit(answer["error"]["text"])
        self.run_block: Any = _child.run_block
        self._warm_up: Any = _child.warm_up  # does nothing where it is not wanted
        # A package of before this took nothing: worth comparing with.
        self._warm_up_takes = [0, case.frames, WARM_UP] if inspect.signature(self._warm_up).parameters else []
        first: list[tuple[Any, ...]] = [POINT, START]
        if isinstance(case, Events):
            self._feed = Feed(case.kinds, case.frames, case.each, case.voices)
            self.run_block(0, 0, first)
        else:
            first += [(NOTE_ON, 0, 1 + i, 0, 0, 0x90, key, 100, 0) for i, key in enumerate(case.chord)]
            self.run_block(0, 64, first)
            self._next_step = 1

    def warm_up(self) -> None:
        self._warm_up(*self._warm_up_takes)

    @property
    def cold(self) -> bool:
        return isinstance(self.case, Steps) and self.case.cold

    def prepare(self) -> Work:
        case = self.case
        if isinstance(case, Steps):
            count = 16 if case.cold else max(64, 2 * case.several)
            blocks = steps(self._next_step, count, case.length, case.frames, case.several, bool(case.chord))
            self._next_step += count
            return Work(blocks, count, count if case.chord else 0)
        blocks = self._feed.blocks(64 if case.each == 1 else 4)
        events = len(blocks) * case.each
        return Work(blocks, round(events * case.units), round(events * case.leaving))
