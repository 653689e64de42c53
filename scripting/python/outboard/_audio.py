"""`@audio.process`: the script works on the sound of its track's instrument, block by block, with numpy.

numpy is imported when a script asks for this, and not before: it takes a tenth of a second.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Callable, TypeVar, overload

from . import _active
from ._errors import LoadError
from ._events import Event
from ._functions import check_function, place_of
from ._incoming import note_off, note_on, other
from ._runner import RAISED
from ._wire import NOTE_OFF, NOTE_ON, STATE, SYSEX

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ._clock import Clock
    from ._runtime import Runtime
    from ._taking import Record

ProcessFn = TypeVar("ProcessFn", bound=Callable[["NDArray[np.float32]", "AudioContext"], None])

#: Blocks of sound that are on their way at a time: each has its place in the memory.
SLOTS = 3
_MOST_VIEWS = 64
_UNUSED = (
    "audio.process changes the block in place, and what it returns is not used: write block[:] = … or block *= …"
)


class AudioContext:
    """What holds for one block of sound."""

    __slots__ = ("sample_rate", "time", "frames", "_clock", "_records", "_events")

    def __init__(self, clock: Clock, time: int, frames: int, records: list[Record]) -> None:
        #: Samples per second.
        self.sample_rate: float = clock.sample_rate
        #: The time of the block's first sample, in samples, on the same clock as `now()` and the events' `time`.
        self.time: int = time
        #: How many samples the block has.
        self.frames: int = frames
        self._clock = clock
        self._records = records
        self._events: list[Event] | None = None

    @property
    def events(self) -> list[Event]:
        """What came into the track during this block, in time order, also what a handler takes."""
        if self._events is None:
            end = self.time + self.frames
            self._events = [_event(record) for record in self._records if self.time <= record[1] < end]
        return self._events

    @property
    def samples(self) -> NDArray[np.int64]:
        """The time of each sample of the block."""
        import numpy as np

        return np.arange(self.time, self.time + self.frames, dtype=np.int64)

    @property
    def beats(self) -> NDArray[np.float64]:
        """How many beats (quarter notes) have gone by at each sample of the block, tempo changes within it included.

        It goes on while the song stands and never jumps, so a sine of it is a smooth LFO. From the song's start on it is
        the song's own beat, until somebody stops or seeks.
        """
        return beats_at(self._clock, self.time, self.frames)


def beats_at(clock: Clock, time: int, frames: int) -> NDArray[np.float64]:
    """The clock beat at each sample from `time` on."""
    import numpy as np

    at = np.arange(time, time + frames, dtype=np.float64)
    beats: NDArray[np.float64] = clock.clock_beat + (at - clock.sample) / clock.per_beat
    later = clock.sample
    for sample, beat, per_beat in reversed(clock._past):
        if later <= time:
            break
        before = at < later
        beats[before] = beat + (at[before] - sample) / per_beat
        later = sample
    return beats


def _event(record: Record) -> Event:
    kind, time, seq, port, channel, b0, b1, b2, _ = record
    if kind == NOTE_ON:
        return note_on(time, seq, port, channel, b1, b2)
    if kind == NOTE_OFF:
        return note_off(time, seq, port, channel, b0, b1, b2, -1)
    return other(kind, time, seq, port, channel, b0, b1, b2)


class AudioProcess:
    """The function of a script that works on sound, and its blocks in memory."""

    __slots__ = ("fn", "channels", "runs", "_records", "_memory", "_views")

    def __init__(self, fn: Callable[..., object], channels: int) -> None:
        self.fn: Callable[..., object] = fn
        self.channels = channels
        #: Whether it is at work just now.
        self.runs = False
        #: Events that came in since the last block of sound.
        self._records: list[Record] = []
        self._memory: list[NDArray[np.float32]] = []
        self._views: dict[tuple[int, int], NDArray[np.float32]] = {}

    def attach(self, memory: memoryview, most_frames: int) -> None:
        """Takes the host's memory: for each slot, room for two channels of `most_frames`."""
        import numpy as np

        size = 2 * most_frames
        samples = np.frombuffer(memory, dtype=np.float32, count=SLOTS * size)
        self._memory = [samples[slot * size : (slot + 1) * size] for slot in range(SLOTS)]

    def view(self, slot: int, frames: int) -> NDArray[np.float32]:
        """The block in a slot: channels × frames, channel after channel. Made once for each length."""
        view = self._views.get((slot, frames))
        if view is None:
            if len(self._views) >= _MOST_VIEWS:
                self._views.clear()
            view = self._memory[slot][: self.channels * frames].reshape(self.channels, frames)
            self._views[slot, frames] = view
        return view

    def note(self, records: list[Record]) -> None:
        """Remembers what came in, for `ctx.events`."""
        self._records += [record for record in records if record[0] <= SYSEX and not record[8] & STATE]

    def run(self, rt: Runtime, block: NDArray[np.float32], start: int, frames: int) -> bool:
        """Works on a block. False if the function failed, and the block is of no use."""
        records, self._records = self._records, []
        if rt.bypassed:
            return False
        before, rt.now = rt.now, start
        self.runs = True
        try:
            if self.fn(block, AudioContext(rt.clock, start, frames, records)) is not None:
                raise TypeError(_UNUSED)
        except RAISED as error:
            rt.fail(error)
            return False
        finally:
            rt.now = before
            self.runs = False
        return True


class Audio:
    """The sound of the track."""

    __slots__ = ()

    @overload
    def process(self, fn: ProcessFn, /) -> ProcessFn:
        ...

    @overload
    def process(self, /, *, channels: int = 2) -> Callable[[ProcessFn], ProcessFn]:
        ...

    def process(
        self, fn: ProcessFn | None = None, /, *, channels: int = 2
    ) -> ProcessFn | Callable[[ProcessFn], ProcessFn]:
        """Decorator: the function gets every block of what the track's instrument plays, and changes it in place.

            @audio.process(channels=2)
            def louder(block: NDArray[np.float32], ctx: AudioContext) -> None:
                block *= 1.5

        `block` is a numpy array of float32, channels × frames, in the memory that the engine reads; it is valid during
        the call. Blocks may have any length, and the next may have another. With `channels=1` it is the middle of left
        and right, and the result goes to both. If the function raises, or is too slow, the unchanged sound is heard.
        """
        if fn is not None:
            return _register(fn, channels)
        return lambda fn: _register(fn, channels)


def _register(fn: ProcessFn, channels: int) -> ProcessFn:
    what = "@audio.process"
    check_function(fn, what)
    place = place_of(fn)
    name = getattr(fn, "__name__", "it")
    rt = _active.current()
    if not rt.loading:
        raise RuntimeError(f"{what} belongs at module level: it is fixed once the script is loaded")
    if inspect.iscoroutinefunction(fn):
        raise LoadError(f"{what}: {name} is async, but sound cannot wait: make it a plain def", *place)
    if channels not in (1, 2):
        raise LoadError(f"{what}: a track has 1 or 2 channels, not {channels!r}", *place)
    if rt.audio is not None:
        raise LoadError(f"two functions take {what}: keep one of them", *place)
    try:
        import numpy
    except ImportError as error:
        raise LoadError(
            f"{what} needs numpy, and this Python cannot import it ({error}): install the package python3-numpy",
            *place,
        ) from None
    del numpy
    rt.audio = AudioProcess(fn, channels)
    return fn


audio: Audio = Audio()
