"""A small script of the package's own, run with its output thrown away, so that Python's code and data are in the
processor's caches when the real script is called.

A step that takes 5 µs when it is repeated takes 100 and more when it is called eight times a second: everything that
it needs was pushed out meanwhile. So the child, when it is awake shortly before a block is due, lets this script
handle a few events: they take the same way through the runtime as those of the real one, in a runtime of their own.

When the machine has stood still for a while, even this takes half a millisecond, and the block comes meanwhile: so
between one thing and the next it looks whether the call has come, and leaves the rest then.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from . import _active
from ._events import NoteOn
from ._handlers import on
from ._numbers import Knob
from ._params import Menu
from ._random import rng
from ._runtime import Answer, Runtime
from ._state import held
from ._taking import Record
from ._tasks import spawn
from ._time import note_value
from ._voices import play
from ._wire import NEVER, NOTE_OFF, NOTE_ON, TRANSPORT

_RATE = 48000.0
_STEP = 6000  # a sixteenth at 120 BPM


class WarmUp:
    """Made before the real script is loaded: making a runtime seeds the package's random numbers."""

    def __init__(self, came: Callable[[], bool] = lambda: False) -> None:
        self.came = came
        self._runtime = Runtime("", lambda level, text, file, line: None, sample_rate=_RATE)
        self._at = 0
        self._number = 0
        before = _active.runtime
        _active.runtime = self._runtime
        try:
            _declare(came)
            self._runtime.loaded()
            self._runtime.run_block(0, 1, [(TRANSPORT, 0, 0.0, 0.0, 0.0, 120.0, False, 4, 4, 0.0, 1)])
        finally:
            _active.runtime = before

    def run(self) -> Answer:
        """One step: the last key goes up, another goes down, the task goes on. Nothing if the call is there already."""
        if self.came():
            return [], NEVER, inf, 0
        number = self._number
        made: list[Record] = []
        before = _active.runtime
        _active.runtime = self._runtime
        try:
            if number > 0:
                off: Record = (NOTE_OFF, self._at, number, 0, 0, 0x80, _key(number), 64, 0)
                made += self._runtime.run_block(self._at, 1, [off])[0]
            on: Record = (NOTE_ON, self._at + 1, number + 1, 0, 0, 0x90, _key(number + 1), 100, 0)
            records = [] if self.came() else [on]
            answer = self._runtime.run_block(self._at + 1, _STEP - 1, records)
        finally:
            _active.runtime = before
        self._at += _STEP
        self._number += len(records)
        return made + answer[0], *answer[1:]


def _key(number: int) -> int:
    return 48 + number % 12


def _declare(came: Callable[[], bool]) -> None:
    """What scripts are made of: parameters that are asked at every step, a task of a name for the channel, the keys that
    are down, some of Python's own work with lists, notes with a duration, a wait in beats. Each of these only if `came`
    still says no."""
    rate = Menu("Rate", ["1/8", "1/16"], default="1/16")
    mode = Menu("Mode", ["up", "down", "random"])
    octaves = Knob("Octaves", 1, min=1, max=4, step=1)
    gate = Knob("Gate", 0.5)

    @on.note
    def pressed(e: NoteOn) -> None:
        if e.channel == 10:
            e.forward()
        elif not came():
            begin(e.channel)

    def begin(channel: int) -> None:
        spawn(steps, channel, name=f"steps on channel {channel}")

    async def steps(channel: int) -> None:
        keys = held.on(channel)
        number = 0
        while keys:
            step = note_value(rate.value)
            notes = [] if came() else pattern(keys.by_pitch)
            if notes and not came():
                key, velocity = rng.choice(notes) if mode.value == "random" else notes[number % len(notes)]
                play(key, velocity, duration=step * gate.value, channel=channel)
            number += 1
            await step

    def pattern(keys: list[NoteOn]) -> list[tuple[int, float]]:
        notes = [
            (press.key + 12 * octave, press.velocity)
            for octave in range(octaves.value)
            for press in keys
            if press.key + 12 * octave <= 127
        ]
        return notes[::-1] if mode.value == "down" else notes
