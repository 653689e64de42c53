"""Scripts for Outboard, the instrument host: what a script imports.

    from outboard import NoteOn, beats, on, play

    @on.note
    async def echo(e: NoteOn) -> None:
        e.forward()
        await beats(1)
        play(e.key, e.velocity / 2, duration=beats(0.5))
"""

from ._audio import AudioContext, audio
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
from ._instrument import instrument, track
from ._loops import every, live_loop
from ._params import Knob, Menu, Toggle
from ._random import rng
from ._saved import state
from ._state import held, key_down, midi, transport
from ._tasks import Cancelled, Task, spawn, wait_any
from ._time import Time, bars, beats, ms, note_value, now, samples, seconds
from ._voices import Voice, all_notes_off, play, send
from ._waits import emit, grid, received

__all__ = [
    "AudioContext",
    "Cancelled",
    "ChannelPressure",
    "ControlChange",
    "Event",
    "Knob",
    "Menu",
    "NoteOff",
    "NoteOn",
    "PitchBend",
    "PolyPressure",
    "ProgramChange",
    "Raw",
    "Task",
    "Time",
    "Toggle",
    "Voice",
    "all_notes_off",
    "audio",
    "bars",
    "beats",
    "emit",
    "every",
    "grid",
    "held",
    "instrument",
    "key_down",
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
    "track",
    "transport",
    "wait_any",
]
