"""Scripts for Outboard, the instrument host: what a script imports.

    from outboard import NoteOn, beats, on, play

    @on.note
    async def echo(e: NoteOn) -> None:
        e.forward()
        await beats(1)
        play(e.key, e.velocity / 2, duration=beats(0.5))
"""

from ._console import log
from ._events import (
    ChannelPressure,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    PitchBend,
    PolyPressure,
    ProgramChange,
    Raw,
)
from ._handlers import on
from ._loops import every, live_loop
from ._keyboard import keyboard
from ._layout import Group, Row
from ._numbers import Knob, NumBox, Slider, Smooth
from ._panel import XY, FileDrop, Label, Meter, Table
from ._params import Button, Menu, Toggle
from ._random import rng
from ._saved import state
from ._state import held, key_down, midi, transport
from ._tasks import Cancelled, Task, spawn, wait_any
from ._time import Time, bars, beats, ms, note_value, now, samples, seconds
from ._voices import Voice, all_notes_off, play, send
from ._waits import emit, grid, received

__all__ = [
    "Button",
    "Cancelled",
    "ChannelPressure",
    "ControlChange",
    "Event",
    "FileDrop",
    "Group",
    "Knob",
    "Label",
    "Menu",
    "Meter",
    "NoteOff",
    "NoteOn",
    "NumBox",
    "PitchBend",
    "PolyPressure",
    "ProgramChange",
    "Raw",
    "Row",
    "Slider",
    "Smooth",
    "Table",
    "Task",
    "Time",
    "Toggle",
    "Voice",
    "XY",
    "all_notes_off",
    "bars",
    "beats",
    "emit",
    "every",
    "grid",
    "held",
    "key_down",
    "keyboard",
    "live_loop",
    "log",
    "midi",
    "ms",
    "note_value",
    "now",
    "on",
    "play",
    "received",
    "rng",
    "samples",
    "seconds",
    "send",
    "spawn",
    "state",
    "transport",
    "wait_any",
]
