"""Runs tasks, and deals with what fails."""

from __future__ import annotations

from collections import deque
from heapq import heappop
from _thread import get_ident
from typing import TYPE_CHECKING, Any, Callable

from . import _foreign
from ._background import Worker
from ._console import Write
from ._errors import caller, describe
from ._position import Alarm
from ._schedule import Schedule
from ._tasks import Cancelled, Task
from ._time import Time
from ._waits import Received, Wait
from ._watching import Line
from ._wire import END_ALL, ERROR, GIVEN_UP, WARNING

if TYPE_CHECKING:
    from ._events import NoteOn
    from ._voices import Voice

MOST_RESUMES = 10_000
ERRORS_TO_BYPASS = 20

# What a script may raise. KeyboardInterrupt is left to whoever runs the tests.
RAISED = (Exception, SystemExit, GeneratorExit, Cancelled)


class Runner(Schedule):
    """Steps tasks from one await to the next."""

    __slots__ = (
        "script", "write", "out", "watched_lines", "watched_too_many", "blocked_lines", "thread", "offline", "worker",
        "arrived", "call_me", "tasks", "named", "signals", "awaited_presses", "watched", "era", "bypassed", "leaving",
        "_failures", "_warned",
    )  # fmt: skip

    def __init__(self, sample_rate: float, script: str, write: Write) -> None:
        super().__init__(sample_rate)
        self.script = script
        self.write = write
        #: Output of this block.
        self.out: list[tuple[Any, ...]] = []
        #: What `watch` shows, by name; and lines that were told to block.
        self.watched_lines: dict[str, Line] = {}
        self.watched_too_many = False
        self.blocked_lines: set[tuple[str, int]] = set()
        #: The script's own thread.
        self.thread: int = get_ident()
        #: Whether the song waits for work in the background.
        self.offline = False
        #: Who does that work.
        self.worker: Worker = Worker()
        #: What other threads have brought, to be called at the first sample of the next block.
        self.arrived: deque[Callable[[], None]] = deque()
        #: Asks the host for a call; any thread.
        self.call_me: Callable[[], None] = lambda: None
        self.tasks: dict[Task, None] = {}
        self.named: dict[str, Task] = {}
        self.signals: dict[str, list[tuple[Received, Task, int]]] = {}
        #: Key presses whose end somebody waits for, by their event's number.
        self.awaited_presses: dict[int, NoteOn] = {}
        #: Voices whose end somebody waits for.
        self.watched: dict[Voice, None] = {}
        #: Counts up when all voices end at once.
        self.era = 0
        self.bypassed: bool = False
        #: Another script has taken over: what still runs here comes to its end.
        self.leaving: bool = False
        self._failures: deque[int] = deque(maxlen=ERRORS_TO_BYPASS)
        self._warned: set[tuple[str, int, str]] = set()

    # ---- running ------------------------------------------------------------------------------------------------

    def run_until(self, limit: int) -> None:
        """Runs everything that is due before the sample `limit`."""
        by_sample, by_beat = self.by_sample, self.by_beat
        while True:
            if by_sample:
                queue = by_beat if by_beat and by_beat[0] < by_sample[0] else by_sample
            elif by_beat:
                queue = by_beat
            else:
                return
            entry = queue[0]
            due, _, target, token = entry
            if due >= limit:
                return
            heappop(queue)
            if target.token != token:
                continue
            if due > self.now:
                self.now = due
            if target.rest:
                self.begin_beats(entry)
            elif type(target) is Task:
                self.step(target)
            elif isinstance(target, Alarm):
                target.action(target)

    def step(self, task: Task) -> bool:
        """Runs a task to its next await, or to its end. False if it raised."""
        task.token += 1
        if task.last != self.now:
            task.last = self.now
            task.resumes = 1
        else:
            task.resumes += 1
            if task.resumes > MOST_RESUMES and not task.cancelled:
                self._too_often(task)
                return False
        if task.cancelled:
            self._throw_cancelled(task)
            return True
        waited = task.waits_for
        self.ctx = task
        try:
            if waited is None:
                wait = task.resume(None)
            else:
                task.waits_for = None
                wait = task.resume(waited._settle(self, task))
            task.started = True
            if type(wait) is Time and not task.cancelled:
                self.wait_for(task, wait)
            else:
                self._arm(task, wait)
        except StopIteration:
            self._finish(task)
        except Cancelled:
            self._finish(task)
        except RAISED as error:
            self._finish(task)
            self.fail(error)
            return False
        finally:
            self.ctx = None
        if task.leaves and task.acted and not task.done:
            self._throw_cancelled(task, release=False)
        return True

    def _arm(self, task: Task, wait: object) -> None:
        if task.cancelled:
            self.schedule_now(task)
            return
        while True:
            try:
                if not isinstance(wait, Wait):
                    raise TypeError(_foreign.sentence(repr(wait) if wait is not None else "asyncio"))
                task.waits_for = wait
                wait._arm(self, task)
                break
            except (TypeError, ValueError) as error:
                # Raised at the await, where the script can see and catch it.
                task.waits_for = None
                wait = task.coroutine.throw(error)

    def wake(self, task: Task, token: int) -> None:
        """What a task waits for has happened: it runs after what is queued already for this sample."""
        if task.token == token and not task.done:
            self.schedule_now(task)

    def add_task(self, task: Task) -> None:
        self.tasks[task] = None

    def _finish(self, task: Task) -> None:
        task.done = True
        task.token += 1
        task.voices = []
        self.tasks.pop(task, None)
        if self.named.get(task.name) is task:
            del self.named[task.name]

    # ---- cancelling ---------------------------------------------------------------------------------------------

    def cancel(self, task: Task) -> None:
        """Schedules `Cancelled` for a task."""
        task.cancelled = True
        if self.named.get(task.name) is task:
            del self.named[task.name]
        if self.ctx is task:
            return  # At its next await.
        self.disarm(task)
        if self.ctx is not None:
            task.place_like(self.ctx)
        self.schedule_now(task)

    def disarm(self, task: Task) -> None:
        """It waits for nothing any more."""
        task.token += 1
        if task.waits_for is not None:
            task.waits_for._disarm(self, task)
            task.waits_for = None

    def _throw_cancelled(self, task: Task, release: bool = True) -> None:
        """Raises Cancelled at the await, then releases what the task had started until then."""
        voices = (task.voices or []) if release else []
        task.voices = []
        self.ctx = task
        try:
            if not task.started:
                task.coroutine.close()
            else:
                task.coroutine.throw(Cancelled())
                # It waits again: that is an error, told at that await.
                self._close(task, RuntimeError("a cancelled task cannot wait: its finally may play, but not await"))
        except (StopIteration, Cancelled):
            pass
        except RAISED as error:
            self.fail(error)
        finally:
            for voice in voices:
                if voice.alive:
                    voice._end_now(-1)
            self.ctx = None
            self._finish(task)

    def _close(self, task: Task, error: Exception) -> None:
        """Ends a task by an error at its await, whether it likes it or not."""
        try:
            task.coroutine.throw(error)
        except (StopIteration, Cancelled):
            raise error from None
        task.coroutine.close()
        raise error

    def _too_often(self, task: Task) -> None:
        error = RuntimeError(
            f"task {task.name!r} went on {MOST_RESUMES:,} times at one sample: its loop must wait for some time"
        )
        self.ctx = task
        try:
            self._close(task, error)
        except RAISED as raised:
            self._finish(task)
            self.fail(raised)
        finally:
            self.ctx = None

    def cancel_all(self) -> None:
        """Cancels every task at once; what their `finally` plays is not heard."""
        heard = self.out
        self.out = []
        for task in list(self.tasks):
            if not task.done:
                self._throw_cancelled(task)
        for task in list(self.tasks):
            self._finish(task)
        self.out = heard
        self.by_sample.clear()
        self.by_beat.clear()
        self.signals.clear()
        self.named.clear()
        self.awaited_presses.clear()
        self.watched.clear()
        self.era += 1

    # ---- other threads ------------------------------------------------------------------------------------------

    def arrive(self, action: Callable[[], None]) -> None:
        """Any thread. `action` is called at the first sample of the next block."""
        self.arrived.append(action)
        self.call_me()

    def take_arrived(self) -> None:
        """Calls what has arrived, and no more than that: what comes meanwhile has asked for a call of its own."""
        for _ in range(len(self.arrived)):
            self.arrived.popleft()()

    # ---- failing ------------------------------------------------------------------------------------------------

    def fail(self, error: BaseException) -> None:
        """Reports what a handler or task raised. Too many in a second: the script is bypassed."""
        text, file, line = describe(error, self.script)
        self.write(ERROR, text, file, line)
        failures = self._failures
        failures.append(self.now)
        if len(failures) == ERRORS_TO_BYPASS and self.now - failures[0] < self.clock.sample_rate and not self.bypassed:
            why = f"bypassed after {ERRORS_TO_BYPASS} errors within a second: everything passes"
            self.bypass(why, file, line)

    def bypass(self, why: str, file: str = "", line: int = 0) -> None:
        """From now on everything passes, and the script runs no more."""
        self.bypassed = True
        self.gave_up()
        self.write(GIVEN_UP, why, file or self.script, line)
        self.cancel_all()
        self.out.append((END_ALL, self.now))

    def gave_up(self) -> None:
        """It is bypassed, and not by the user."""

    def warn_clamped(self, what: str, value: object, allowed: str) -> None:
        """Says once per line that a value was out of range."""
        file, line = caller()
        if (file, line, what) not in self._warned:
            self._warned.add((file, line, what))
            self.write(WARNING, f"{what} {value} is out of range ({allowed}) and was clamped", file, line)
