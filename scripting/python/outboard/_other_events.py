"""Events beside keys and controllers: system exclusive, single notes' expression, and what is only told."""

from __future__ import annotations

from typing import Final, Literal, get_args

from . import _active
from ._events import Event, came_in
from ._values import expression_of, index7

ExpressionKind = Literal["volume", "pan", "tuning", "vibrato", "expression", "brightness", "pressure"]
#: In the order of their numbers on the wire, which are CLAP's.
EXPRESSION_KINDS: Final[tuple[ExpressionKind, ...]] = get_args(ExpressionKind)

#: Bytes of the longest system exclusive message that crosses; longer ones come as `Raw`.
MOST_SYSEX_BYTES = 16384


class SysEx(Event):
    """A system exclusive message. `data` has all its bytes, from 0xF0 to 0xF7. It belongs to no channel."""

    __slots__ = ("data",)

    def __init__(self, *, time: int = 0, port: int = 0, channel: int = 0, data: bytes) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self.data: Final = data

    def forward(self, *, data: bytes | None = None) -> None:
        """Lets the message through now, byte for byte or with other bytes."""
        rt = came_in(self)
        unchanged = data is None and rt.now == self.time
        if unchanged:
            rt.send_sysex(self.port, self._seq, b"")
        else:
            rt.send_sysex(self.port, 0, sysex_bytes(self.data if data is None else data))


def sysex_bytes(data: bytes) -> bytes:
    """The bytes if they are a whole message, else the sentence of what is wrong."""
    if not isinstance(data, (bytes, bytearray)):
        raise TypeError(f"the data of a SysEx are bytes, such as bytes([0xF0, 0x7E, 0xF7]), not {data!r}")
    if len(data) < 2 or data[0] != 0xF0 or data[-1] != 0xF7:
        raise ValueError("the data of a SysEx begin with 0xF0 and end with 0xF7")
    if max(data[1:-1], default=0) > 127:
        raise ValueError("between 0xF0 and 0xF7 the bytes of a SysEx are 0 to 127")
    if len(data) > MOST_SYSEX_BYTES:
        raise ValueError(f"a SysEx has at most {MOST_SYSEX_BYTES:,} bytes, not {len(data):,}: send it in parts")
    return bytes(data)


class Raw(Event):
    """An event whose bytes stay with the host: a part of a system exclusive message, or a very long one. It can only
    be let through."""

    __slots__ = ("_gone",)

    def __init__(self, *, time: int = 0, port: int = 0, channel: int = 0) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self._gone = False

    def forward(self) -> None:
        """Lets the event through, byte for byte. Only at once, and once: its bytes stay with the host."""
        rt = came_in(self)
        if rt.now != self.time:
            raise RuntimeError("a raw event can only be forwarded at once, before its handler waits")
        if self._gone:
            raise RuntimeError("a raw event can be forwarded only once")
        self._gone = True
        rt.send_sysex(self.port, self._seq, b"")


class NoteExpression(Event):
    """Expression of the notes of one key: `kind` says what moves, `value` where to.

    "tuning" is in semitones, -120 to 120; "volume" is a factor, 0 to 4; the others are 0 to 1 ("pan": 0 left, 1 right).
    It comes from the scripts before this one in a chain, and from hosts that embed the engine; MIDI has no such message.
    """

    __slots__ = ("key", "kind", "value")

    def __init__(
        self, *, time: int = 0, port: int = 0, channel: int = 0, key: int, kind: ExpressionKind, value: float
    ) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self.key: Final = key
        self.kind: Final[ExpressionKind] = kind
        self.value: Final = value

    def forward(self, *, key: int | None = None, value: float | None = None, channel: int | None = None) -> None:
        """Lets the event through now, changed as you say."""
        rt = came_in(self)
        number = expression_number(self.kind)
        rt.forward_expression(
            self,
            number,
            self.key if key is None else index7(rt, key, "key"),
            self.value if value is None else expression_of(rt, self.kind, value),
            channel,
            key is not None or value is not None,
        )


def expression_number(kind: str) -> int:
    """A kind of expression as the wire has it."""
    if kind not in EXPRESSION_KINDS:
        raise ValueError(f"{kind!r} is no kind of note expression: there are {', '.join(EXPRESSION_KINDS)}")
    return EXPRESSION_KINDS.index(kind)


class _OfKey(Event):
    """What is told of the notes of one key. `forward` does nothing: it takes its course by itself."""

    __slots__ = ("key",)

    def __init__(self, *, time: int = 0, port: int = 0, channel: int = 0, key: int) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self.key: Final = key

    def forward(self) -> None:
        """Nothing to do: this takes its course by itself."""
        came_in(self)


class NoteChoke(_OfKey):
    """The notes of one key are cut, without their release. As a note-off, it follows its note-on by itself."""

    __slots__ = ()


class NoteEnd(_OfKey):
    """The instrument has finished the notes of one key. It is only told.

    Hosts that embed the engine may send it; MIDI and the instruments of Outboard itself do not. For a note that the
    script plays, `voice.sounding` tells it everywhere.
    """

    __slots__ = ()


class Transport(Event):
    """The song starts, stops or jumps, or its tempo, signature or loop changes; how it stands from now on.

    The object `transport` says the same at any time.
    """

    __slots__ = ("playing", "tempo", "beat", "time_signature", "loop", "started", "stopped", "jumped")

    def __init__(
        self,
        *,
        time: int = 0,
        port: int = 0,
        channel: int = 0,
        playing: bool,
        tempo: float,
        beat: float,
        time_signature: tuple[int, int] = (4, 4),
        loop: tuple[float, float] | None = None,
        started: bool = False,
        stopped: bool = False,
        jumped: bool = False,
    ) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self.playing: Final = playing
        self.tempo: Final = tempo
        self.beat: Final = beat
        self.time_signature: Final = time_signature
        self.loop: Final = loop
        self.started: Final = started
        self.stopped: Final = stopped
        #: The song went on from another place.
        self.jumped: Final = jumped

    def forward(self) -> None:
        """Nothing to do: the song's clock goes on by itself."""
        if _active.runtime is None or _active.runtime.ctx is None:
            raise _active.outside("forward")

