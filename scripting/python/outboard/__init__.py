"""Scripts for Outboard, the instrument host: what a script imports.

    from outboard import NoteOn, beats, on, play

    @on.note
    async def echo(e: NoteOn) -> None:
        e.forward()
        await beats(1)
        play(e.key, e.velocity / 2, duration=beats(0.5))
"""

from typing import TYPE_CHECKING

from . import _active, _random
from ._audio import AudioContext, audio
from ._background import background, call_soon
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
)
from ._handlers import on
from ._instrument import instrument, track
from ._loops import every, live_loop
from ._keyboard import keyboard
from ._layout import Group, Row
from ._numbers import Knob, NumBox, Slider, Smooth
from ._other_events import NoteChoke, NoteEnd, NoteExpression, Raw, SysEx, Transport
from ._panel import XY, FileDrop, Label, Meter, Table
from ._params import Button, Menu, Toggle
from ._rpn import Nrpn, Rpn
from ._saved import state
from ._send import send
from ._state import held, key_down, midi, transport
from ._tasks import Cancelled, Task, spawn, wait_any
from ._time import Time, bars, beats, ms, note_value, now, samples, seconds
from ._voices import Voice, all_notes_off, play
from ._waits import emit, grid, received
from ._watching import profile, watch

if TYPE_CHECKING:
    from ._random import rng
else:

    def __getattr__(name: str) -> object:
        """`rng` is another one in each script of a chain."""
        if name == "rng":
            return _active.runtime.rng if _active.runtime is not None else _random.rng
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "AudioContext",
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
    "NoteChoke",
    "NoteEnd",
    "NoteExpression",
    "NoteOff",
    "NoteOn",
    "Nrpn",
    "NumBox",
    "PitchBend",
    "PolyPressure",
    "ProgramChange",
    "Raw",
    "Row",
    "Rpn",
    "Slider",
    "Smooth",
    "SysEx",
    "Table",
    "Task",
    "Time",
    "Toggle",
    "Transport",
    "Voice",
    "XY",
    "all_notes_off",
    "audio",
    "background",
    "bars",
    "beats",
    "call_soon",
    "emit",
    "every",
    "grid",
    "held",
    "instrument",
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
    "profile",
    "received",
    "rng",
    "samples",
    "seconds",
    "send",
    "spawn",
    "state",
    "track",
    "transport",
    "wait_any",
    "watch",
]
