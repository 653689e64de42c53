"""Where a task stands in time, exactly.

A position is a pair of floats (value and what rounding left over) in samples, or in clock beats when the last wait was
in beats. So many small waits end where one long wait ends; only what leaves the script is rounded to a sample.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from ._events import NoteOn
    from ._voices import Voice
    from ._waits import Grid


class Position:
    """An exact place in time; while something is pending, the place where it is due."""

    __slots__ = ("hi", "lo", "in_beats", "rest", "grid", "since", "token")

    def __init__(self) -> None:
        self.hi: float = 0.0
        self.lo: float = 0.0
        self.in_beats: bool = False
        #: Beats to add once the sample part of a mixed time is over.
        self.rest: float = 0.0
        #: The grid whose line is waited for, and the clock beat at which that wait began.
        self.grid: Grid | None = None
        self.since: float = 0.0
        #: What is scheduled with another token is stale.
        self.token: int = 0

    @classmethod
    def at(cls, sample: float) -> Position:
        position = Position()
        position.hi = sample
        return position

    def place(self, sample: float) -> None:
        self.hi = sample
        self.lo = 0.0
        self.in_beats = False

    def place_beat(self, clock_beat: float) -> None:
        self.hi = clock_beat
        self.lo = 0.0
        self.in_beats = True

    def place_like(self, other: Position) -> None:
        self.hi = other.hi
        self.lo = other.lo
        self.in_beats = other.in_beats

    def copy(self) -> Position:
        other = Position()
        other.place_like(self)
        return other

    def add(self, amount: float) -> None:
        """Adds in the position's own unit, without losing what a float's rounding would lose."""
        hi = self.hi
        total = hi + amount
        part = total - hi
        self.lo += (hi - (total - part)) + (amount - part)
        self.hi = total


class Context(Position):
    """A position that handlers and tasks run at, with what `play` needs to know about where it was called."""

    __slots__ = ("channel", "port", "press", "acted", "voices", "prune_at")

    def __init__(self) -> None:
        Position.__init__(self)
        #: 0-based channel and port of the event that is handled, or from whose handler the task was spawned.
        self.channel: int = 0
        self.port: int = 0
        #: The key press whose handler runs: notes without an end of their own end with it.
        self.press: NoteOn | None = None
        #: Whether the handler has forwarded, played or sent something.
        self.acted: bool = False
        #: Voices that a task started; handlers that are no tasks do not keep any.
        self.voices: list[Voice] | None = None
        self.prune_at: int = 16


class Alarm(Position):
    """Something that the runtime itself does at a position."""

    __slots__ = ("action", "due")

    def __init__(self, action: Callable[[Alarm], None]) -> None:
        Position.__init__(self)
        self.action: Callable[[Alarm], None] = action
        self.due: int = 0
