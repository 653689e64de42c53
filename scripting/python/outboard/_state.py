"""What a script can ask at any time: `held`, `key_down`, `midi`, `transport`. All as of the sample that is running."""

from __future__ import annotations

from _thread import get_ident
from operator import attrgetter
from typing import TYPE_CHECKING, Callable, Iterator

from . import _active
from ._events import NoteOn
from ._incoming import UNIT
from ._names import channel_index, key_number, key_range

if TYPE_CHECKING:
    from ._runtime import Runtime


class Held:
    """The keys that are down on the track. The pedal does not count, nor do the script's own notes; the NoteOn that
    is being handled does. True while there are any; `len(held)` is their number."""

    __slots__ = ("_channel", "_keys", "_place")

    def __init__(self, channel: int | None = None, keys: range | None = None) -> None:
        self._channel = channel
        self._keys = keys
        #: Where the runtime keeps its lists, one by time and one by pitch; for a range of keys it keeps none.
        self._place = 2 * (channel or 0) if keys is None else -2

    def on(self, channel: int) -> Held:
        """Only those of one channel, 1..16."""
        channel_index(channel)
        return Held(channel, self._keys)

    def within(self, keys: int | str | range) -> Held:
        """Only those of a range of keys such as "C2:C7"."""
        wanted = key_range(keys)
        if self._keys is not None:
            wanted = range(max(wanted.start, self._keys.start), min(wanted.stop, self._keys.stop))
        return Held(self._channel, wanted)

    @property
    def by_time(self) -> list[NoteOn]:
        """The presses, oldest first."""
        return self._presses(False).copy()

    @property
    def by_pitch(self) -> list[NoteOn]:
        """The presses, lowest first."""
        rt = _active.runtime
        if rt is not None and get_ident() == rt.thread and (presses := rt.held_lists.get(self._place + 1)) is not None:
            return presses.copy()
        return self._presses(True).copy()

    @property
    def top(self) -> NoteOn | None:
        """The highest press; None if no key is down."""
        presses = self._presses(False)
        return max(presses, key=_pitch) if presses else None

    def __len__(self) -> int:
        return len(self._presses(False))

    def __bool__(self) -> bool:
        # What loops ask at every step is answered here: a call more would take longer than all of it.
        rt = _active.runtime
        if rt is not None and get_ident() == rt.thread and (presses := rt.held_lists.get(self._place)) is not None:
            return bool(presses)
        return bool(self._presses(False))

    def __iter__(self) -> Iterator[NoteOn]:
        return iter(self._presses(False))

    def __repr__(self) -> str:
        return f"<held: {', '.join(str(press.key) for press in self) or 'nothing'}>"

    def _presses(self, by_pitch: bool) -> list[NoteOn]:
        """Not to be changed: the list is kept until a key goes down or up, since loops ask for it at every step."""
        rt = _active.runtime
        if rt is None or get_ident() != rt.thread:
            rt = _active.current()  # raises the sentence for it
        presses = rt.held_lists.get(self._place + by_pitch)
        if presses is None:
            presses = self._look(rt, by_pitch)
            if self._place >= 0:
                rt.held_lists[self._place + by_pitch] = presses
        return presses

    def _look(self, rt: Runtime, by_pitch: bool) -> list[NoteOn]:
        presses = list(rt.presses.values())
        channel, keys = self._channel, self._keys
        if channel is not None:
            presses = [press for press in presses if press.channel == channel]
        if keys is not None:
            presses = [press for press in presses if press.key in keys]
        if by_pitch:
            presses.sort(key=_pitch)
        return presses


_pitch: Callable[[NoteOn], int] = attrgetter("key")


def key_down(key: int | str) -> bool:
    """Whether a key is down, on any channel: `key_down(60)`, `key_down("C3")`."""
    number = key_number(key)
    return any(press.key == number for press in _active.current().presses.values())


class ChannelState:
    """What has come in on one channel, or on any."""

    __slots__ = ("cc_values", "bend_value", "pressure_value", "program_value")

    def __init__(self) -> None:
        self.cc_values = [0] * 128
        self.bend_value = 0.0
        self.pressure_value = 0
        self.program_value = 0


class Controllers:
    """`midi.cc[1]`: where a controller stands, 0..1; 0 if it has not moved yet."""

    __slots__ = ("_index",)

    def __init__(self, index: int) -> None:
        self._index = index

    def __getitem__(self, cc: int) -> float:
        return UNIT[_active.current().channels[self._index].cc_values[cc]]


class Channel:
    """Where the controllers, the bend wheel, pressure and program of one channel stand."""

    __slots__ = ("_index", "cc")

    def __init__(self, index: int) -> None:
        self._index = index
        #: Controllers by number.
        self.cc: Controllers = Controllers(index)

    @property
    def bend(self) -> float:
        """The bend wheel, -1..1."""
        return _active.current().channels[self._index].bend_value

    @property
    def pressure(self) -> float:
        """Channel pressure, 0..1."""
        return UNIT[_active.current().channels[self._index].pressure_value]

    @property
    def program(self) -> int:
        """The program, 0..127."""
        return _active.current().channels[self._index].program_value


#: In `Runtime.channels`, after the sixteen channels: what came last on any of them.
ANY_CHANNEL = 16


class Midi(Channel):
    """What has come in last on any channel; `midi.channel(3)` for one of them."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(ANY_CHANNEL)

    def channel(self, channel: int) -> Channel:
        """One channel, 1..16."""
        return Channel(channel_index(channel))

    @property
    def first_channel(self) -> int:
        """The track's first channel, 1..16, where notes go that belong to no event; 10 on a track of drums."""
        return _active.current().first_channel + 1


class Song:
    """The song's clock."""

    __slots__ = ()

    @property
    def tempo(self) -> float:
        """Quarter notes per minute."""
        return _active.current().clock.tempo

    @property
    def beat(self) -> float:
        """The song position in beats (quarter notes), from 0. It stands while the song is stopped."""
        rt = _active.current()
        return rt.clock.song_beat_at(rt.exact_beat())

    @property
    def bar(self) -> int:
        """The number of the bar, from 0."""
        clock = _active.current().clock
        return clock.bar_number + int((self.beat - clock.bar_beat + 1e-9) // clock.bar_length)

    @property
    def playing(self) -> bool:
        """Whether the song runs."""
        return _active.current().clock.playing

    @property
    def time_signature(self) -> tuple[int, int]:
        """Such as (3, 4)."""
        clock = _active.current().clock
        return (clock.numerator, clock.denominator)

    @property
    def loop(self) -> tuple[float, float] | None:
        """First and last beat of the song's loop; None if it does not loop."""
        return _active.current().loop

    @property
    def sample_rate(self) -> float:
        """Samples per second."""
        return _active.current().clock.sample_rate


held: Held = Held()
midi: Midi = Midi()
transport: Song = Song()
