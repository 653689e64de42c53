"""What is due when: two queues, one by sample and one by clock beat, and the arithmetic between them."""

from __future__ import annotations

import math
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Tuple, Union

from ._clock import HALF_UP, Clock, round_sample
from ._position import Alarm, Context, Position
from ._wire import NEVER

if TYPE_CHECKING:
    from ._tasks import Task
    from ._time import Time
    from ._waits import Grid

# Due sample, order of scheduling, what, and the token with which it was scheduled.
Entry = Tuple[int, int, Union["Task", Alarm], int]

# Lines of a grid nearer than this (in beats) are the same line.
_SAME_LINE = 1e-7


class Schedule:
    """Virtual time, and everything that waits for a time."""

    # Slots in all of its classes: quicker to reach than a dict of this size, and near together in memory.
    __slots__ = ("clock", "now", "ctx", "live_beat", "by_sample", "by_beat", "_order")

    def __init__(self, sample_rate: float) -> None:
        self.clock: Clock = Clock(sample_rate)
        #: The sample that is being processed.
        self.now = 0
        #: Who is running: a handler or a task; None between them and at module level.
        self.ctx: Context | None = None
        #: The clock beat at which the script became live.
        self.live_beat: float = 0.0
        self.by_sample: list[Entry] = []
        #: Positions in beats: their samples move with the tempo.
        self.by_beat: list[Entry] = []
        self._order = 0

    # ---- positions ----------------------------------------------------------------------------------------------

    def exact_sample(self) -> float:
        """The exact position of what is running, in samples."""
        p = self.ctx
        if p is None:
            return self.now
        return self.clock.sample_of(p.hi + p.lo) if p.in_beats else p.hi + p.lo

    def exact_beat(self) -> float:
        """The exact position of what is running, in clock beats."""
        p = self.ctx
        if p is None:
            return self.clock.beat_of(self.now)
        return p.hi + p.lo if p.in_beats else self.clock.beat_of(p.hi + p.lo)

    def here_in_beats(self) -> float:
        """The clock beat at which something begins that belongs to the sample, not to what is running: exactly on the
        last transport point if that is what this sample brought."""
        clock = self.clock
        return clock.clock_beat if round_sample(clock.sample) == self.now else clock.beat_of(self.now)

    def aim(self, p: Position, time: Time) -> None:
        """Moves a position on by a time. A time below zero is no time."""
        p.rest = 0.0
        p.grid = None
        samples = time._samples + time._seconds * self.clock.sample_rate
        beats = time._beats
        if time._bars:
            beats += time._bars * self.clock.bar_length
        if not beats:
            if samples > 0.0:
                if p.in_beats:
                    p.place(self.clock.sample_of(p.hi + p.lo))
                p.add(samples)
        elif not samples:
            if beats > 0.0:
                if not p.in_beats:
                    p.place_beat(self.clock.beat_of(p.hi + p.lo))
                p.add(beats)
        else:
            self._aim_mixed(p, samples, beats)

    def _aim_mixed(self, p: Position, samples: float, beats: float) -> None:
        clock = self.clock
        origin = clock.sample_of(p.hi + p.lo) if p.in_beats else p.hi + p.lo
        if samples > 0.0 and beats > 0.0:
            # What the beats are worth is known only when the samples are over: the tempo may change until then.
            if p.in_beats:
                p.place(origin)
            p.add(samples)
            p.rest = beats
        elif beats > 0.0:
            target = clock.beat_of(origin + samples) + beats
            if target > clock.beat_of(origin):
                p.place_beat(target)
        elif samples > 0.0:
            target = clock.sample_of(clock.beat_of(origin) + beats) + samples
            if target > origin:
                p.place(target)

    def aim_at_grid(self, p: Position, grid: Grid, including: bool = False) -> None:
        """Moves a position to the next line of a grid, or to the line on which it stands."""
        if not p.in_beats:
            p.place_beat(self.clock.beat_of(p.hi + p.lo))
        p.rest = 0.0
        p.grid = grid
        p.since = p.hi + p.lo - (2 * _SAME_LINE if including else 0.0)
        p.place_beat(self._line(grid, p.since, -math.inf))

    def _line(self, grid: Grid, since: float, reached: float) -> float:
        """The clock beat of the first line strictly after `since` that is not before `reached`."""
        clock = self.clock
        step = grid.step._beats + grid.step._bars * clock.bar_length
        if step <= 0.0:
            raise ValueError(f"the step of a grid must be above 0, not {grid.step!r}")
        origin = clock.clock_beat - clock.song_beat if clock.playing else self.live_beat
        number = math.floor((max(since, reached) - origin) / step) - 1
        while True:
            line = origin + number * step + (grid.swing * step if number % 2 else 0.0)
            if line > since + _SAME_LINE and line >= reached - _SAME_LINE:
                return line
            number += 1

    # ---- the queues ---------------------------------------------------------------------------------------------

    def wait_for(self, task: Task, time: Time) -> None:
        """Queues a task for a time from where it stands: `aim` and `schedule`, in one go for what nearly every loop
        awaits, beats from beats on or samples from samples on."""
        clock = self.clock
        amount, other = time._beats, time._samples + time._seconds * clock.sample_rate
        if not task.in_beats:
            amount, other = other, amount
        if amount <= 0.0 or other or time._bars:
            self.aim(task, time)
            self.schedule(task, task.token)
            return
        task.rest = 0.0
        task.grid = None
        # As `add`.
        hi = task.hi
        total = hi + amount
        part = total - hi
        task.lo += (hi - (total - part)) + (amount - part)
        task.hi = total
        if task.in_beats:
            queue, at = self.by_beat, clock.sample_of(total + task.lo)
        else:
            queue, at = self.by_sample, total + task.lo
        due = math.floor(at + HALF_UP) if at < NEVER else NEVER  # `round_sample`
        self._order = order = self._order + 1
        heappush(queue, (due if due > self.now else self.now, order, task, task.token))

    def schedule(self, p: Task | Alarm, token: int) -> None:
        """Queues what is to happen at its position, after what is queued already for the same sample."""
        self._order += 1
        self._queue(p, token, self._order)

    def schedule_now(self, p: Task | Alarm) -> None:
        """Queues it for this sample, wherever its position is."""
        p.rest = 0.0
        self._order += 1
        heappush(self.by_sample, (self.now, self._order, p, p.token))

    def _queue(self, p: Task | Alarm, token: int, order: int) -> None:
        if p.in_beats:
            queue = self.by_beat
            at = self.clock.sample_of(p.hi + p.lo)
        else:
            queue = self.by_sample
            at = p.hi + p.lo
        due = round_sample(at) if at < NEVER else NEVER
        if due < self.now:
            due = self.now
        if type(p) is Alarm:
            p.due = due
        heappush(queue, (due, order, p, token))

    def begin_beats(self, entry: Entry) -> None:
        """The sample part of a mixed time is over: its beats begin, in the same place of the order."""
        _, order, p, token = entry
        p.place_beat(self.clock.beat_of(p.hi + p.lo) + p.rest)
        p.rest = 0.0
        self._queue(p, token, order)

    def requeue_beats(self, jumped: bool) -> None:
        """The tempo has changed: what waits in beats is due at other samples. After a jump of the song also at other
        lines: the first one from where the song is now."""
        entries = [entry for entry in self.by_beat if entry[2].token == entry[3]]
        self.by_beat.clear()
        for _, order, p, token in entries:
            if jumped and p.grid is not None:
                p.place_beat(self._line(p.grid, p.since, self.clock.clock_beat))
            self._queue(p, token, order)

    def drop_stale(self) -> None:
        """Forgets what was cancelled or overtaken, at the heads of the queues: nobody needs to wake for it."""
        for queue in (self.by_sample, self.by_beat):
            while queue and queue[0][2].token != queue[0][3]:
                heappop(queue)
