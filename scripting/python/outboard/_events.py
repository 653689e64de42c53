"""Events: what comes in to handlers, and what `send` takes. Not to be assigned to."""

from __future__ import annotations

from _thread import get_ident
from typing import TYPE_CHECKING, Final

from . import _active
from ._values import bend14, clamp, index7, value7_of
from ._waits import Released
from ._wire import CHANNEL_PRESSURE, CONTROL_CHANGE, PITCH_BEND, POLY_PRESSURE, PROGRAM_CHANGE

if TYPE_CHECKING:
    from ._runtime import Runtime
    from ._tasks import Task
    from ._voices import Voice


class Event:
    """One event.

    `time` is in samples from the engine's start, `port` counts from 0, `channel` is 1..16. In an event of your own
    for `send`, time is not used, and channel 0 stands for the channel of the event that is being handled.
    """

    __slots__ = ("time", "port", "channel", "_seq")

    def __init__(self, *, time: int = 0, port: int = 0, channel: int = 0) -> None:
        self.time: Final = time
        self.port: Final = port
        self.channel: Final = channel
        #: The host's number of an event that came in; 0 for one that the script made.
        self._seq = 0

    def forward(self) -> Voice | None:
        """Lets the event through, as it came, now. A handled event that is not forwarded ends here."""
        raise NotImplementedError

    def _fields(self) -> tuple[tuple[str, object], ...]:
        names = [name for cls in type(self).__mro__ for name in getattr(cls, "__slots__", ()) if name[0] != "_"]
        order = ("time", "port", "channel")
        names.sort(key=lambda name: (name not in order, order.index(name) if name in order else 0))
        return tuple((name, getattr(self, name)) for name in names)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self) or not isinstance(other, Event):
            return NotImplemented
        return self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash((type(self), self.time, self.channel))

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={value!r}" for name, value in self._fields())
        return f"{type(self).__name__}({inner})"


class NoteOn(Event):
    """A key goes down. `velocity` is 0..1; `note_id` is unique among the notes; `tuning` is in semitones."""

    __slots__ = ("key", "velocity", "note_id", "tuning", "_up", "_up_velocity", "_waiters", "_followers")

    def __init__(
        self,
        *,
        time: int = 0,
        port: int = 0,
        channel: int = 0,
        key: int,
        velocity: float = 0.8,
        note_id: int = -1,
        tuning: float = 0.0,
    ) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self.key: Final = key
        self.velocity: Final = velocity
        self.note_id: Final = note_id
        self.tuning: Final = tuning
        #: The sample at which the key went up; None while it is down.
        self._up: int | None = None
        self._up_velocity = 64
        #: Tasks that wait for that, each with its token then; tuples, since few key presses ever have one.
        self._waiters: tuple[tuple[Task, int], ...] = ()
        #: Voices whose end somebody waits for.
        self._followers: tuple[Voice, ...] = ()

    @property
    def velocity7(self) -> int:
        """The velocity as MIDI has it, 1..127."""
        return clamp(round(self.velocity * 127), 1, 127)

    @property
    def down(self) -> bool:
        """Whether this key press is still down (the pedal does not count)."""
        return self._seq != 0 and self._up is None

    def released(self) -> Released:
        """Waits until this key press ends: `await e.released()`."""
        if self._seq == 0:
            raise RuntimeError("only a note that came in can be waited for; of a voice, await v.ended()")
        return Released(self)

    def forward(
        self,
        *,
        key: int | None = None,
        velocity: float | None = None,
        channel: int | None = None,
        tuning: float | None = None,
    ) -> Voice:
        """Lets the note through now, changed as you say, and returns its voice.

        The voice ends when the key goes up plus the delay with which it was forwarded: its length is kept, also when
        the key is up already. Forward twice for two voices.
        """
        return came_in(self, "to play one of your own, use play or send").forward_note(
            self, key, velocity, channel, tuning
        )


class NoteOff(Event):
    """A key goes up."""

    __slots__ = ("key", "velocity", "note_id", "_notice")

    def __init__(
        self, *, time: int = 0, port: int = 0, channel: int = 0, key: int, velocity: float = 64 / 127, note_id: int = -1
    ) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self.key: Final = key
        self.velocity: Final = velocity
        self.note_id: Final = note_id
        #: Whether an @on.release handler has it, which is only told.
        self._notice = False

    @property
    def velocity7(self) -> int:
        """The release velocity as MIDI has it, 0..127."""
        return clamp(round(self.velocity * 127), 0, 127)

    def forward(self) -> None:
        """In `@on.any`: nothing to do, a note-off follows its note-on by itself. In `@on.release` it raises."""
        came_in(self)
        if self._notice:
            raise RuntimeError("a release handler is only told: the note-off follows its note-on by itself")


class ControlChange(Event):
    """A controller moves. `cc` is its number 0..127, `value` 0..1."""

    __slots__ = ("cc", "value")

    def __init__(self, *, time: int = 0, port: int = 0, channel: int = 0, cc: int, value: float) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self.cc: Final = cc
        self.value: Final = value

    @property
    def value7(self) -> int:
        """The value as MIDI has it, 0..127."""
        return clamp(round(self.value * 127), 0, 127)

    def forward(self, *, cc: int | None = None, value: float | None = None, channel: int | None = None) -> None:
        """Lets the event through now, changed as you say."""
        rt = came_in(self)
        data1 = self.cc if cc is None else index7(rt, cc, "controller number")
        data2 = self.value7 if value is None else value7_of(rt, value, "value")
        changed = cc is not None or value is not None
        rt.forward_midi(self, CONTROL_CHANGE, 0xB0, data1, data2, channel, changed)


class PolyPressure(Event):
    """Pressure on one key, 0..1."""

    __slots__ = ("key", "value")

    def __init__(self, *, time: int = 0, port: int = 0, channel: int = 0, key: int, value: float) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self.key: Final = key
        self.value: Final = value

    @property
    def value7(self) -> int:
        """The value as MIDI has it, 0..127."""
        return clamp(round(self.value * 127), 0, 127)

    def forward(self, *, key: int | None = None, value: float | None = None, channel: int | None = None) -> None:
        """Lets the event through now, changed as you say."""
        rt = came_in(self)
        data1 = self.key if key is None else index7(rt, key, "key")
        data2 = self.value7 if value is None else value7_of(rt, value, "value")
        changed = key is not None or value is not None
        rt.forward_midi(self, POLY_PRESSURE, 0xA0, data1, data2, channel, changed)


class ChannelPressure(Event):
    """Pressure on the whole channel (aftertouch), 0..1."""

    __slots__ = ("value",)

    def __init__(self, *, time: int = 0, port: int = 0, channel: int = 0, value: float) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self.value: Final = value

    @property
    def value7(self) -> int:
        """The value as MIDI has it, 0..127."""
        return clamp(round(self.value * 127), 0, 127)

    def forward(self, *, value: float | None = None, channel: int | None = None) -> None:
        """Lets the event through now, changed as you say."""
        rt = came_in(self)
        data1 = self.value7 if value is None else value7_of(rt, value, "value")
        rt.forward_midi(self, CHANNEL_PRESSURE, 0xD0, data1, 0, channel, value is not None)


class PitchBend(Event):
    """The bend wheel, -1..1."""

    __slots__ = ("value",)

    def __init__(self, *, time: int = 0, port: int = 0, channel: int = 0, value: float) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self.value: Final = value

    @property
    def value14(self) -> int:
        """The value as MIDI has it, 0..16383, 8192 in the middle."""
        return clamp(round(self.value * 8192) + 8192, 0, 16383)

    def forward(self, *, value: float | None = None, channel: int | None = None) -> None:
        """Lets the event through now, changed as you say."""
        rt = came_in(self)
        bend = self.value14 if value is None else bend14(rt, value)
        rt.forward_midi(self, PITCH_BEND, 0xE0, bend & 127, bend >> 7, channel, value is not None)


class ProgramChange(Event):
    """Another program, 0..127."""

    __slots__ = ("program",)

    def __init__(self, *, time: int = 0, port: int = 0, channel: int = 0, program: int) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self.program: Final = program

    def forward(self, *, program: int | None = None, channel: int | None = None) -> None:
        """Lets the event through now, changed as you say."""
        rt = came_in(self)
        data1 = self.program if program is None else index7(rt, program, "program")
        rt.forward_midi(self, PROGRAM_CHANGE, 0xC0, data1, 0, channel, program is not None)


def came_in(event: Event, instead: str = "to send one of your own, use send(event)") -> Runtime:
    """The runtime, for `forward`."""
    rt = _active.runtime
    if rt is None or rt.ctx is None or get_ident() != rt.thread:
        raise _active.outside("forward")
    if event._seq == 0:
        raise RuntimeError(f"only an event that came in can be forwarded; {instead}")
    return rt
