"""What a task can wait for. Each wait is an object: `await` it, or give several to `wait_any`."""

from __future__ import annotations

from _thread import get_ident
from typing import TYPE_CHECKING, Generator, Generic, TypeVar

from . import _active

if TYPE_CHECKING:
    from ._events import NoteOn
    from ._position import Position
    from ._runner import Runner
    from ._tasks import Task
    from ._time import Time
    from ._voices import Voice

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Wait(Generic[T_co]):
    """Something that a task can `await`."""

    __slots__ = ()

    def __await__(self) -> Generator[Wait[T_co], object, T_co]:
        # What is sent in is what `_settle` gives. A cast would be a call in every await.
        return (yield self)  # type: ignore[return-value]

    def _arm(self, rt: Runner, task: Task) -> None:
        """Arranges that `rt.wake(task, task.token)` is called when it happens."""
        raise NotImplementedError

    def _fired(self, rt: Runner) -> bool:
        raise NotImplementedError

    def _settle(self, rt: Runner, task: Task) -> T_co:
        """It has happened: moves the task to where it happened, and gives the result of the `await`."""
        raise NotImplementedError

    def _disarm(self, rt: Runner, task: Task) -> None:
        """Something else happened first."""


class Released(Wait[None]):
    """The end of a key press: `await e.released()`."""

    __slots__ = ("_press", "_late")

    def __init__(self, press: NoteOn) -> None:
        self._press = press
        self._late = False

    def _arm(self, rt: Runner, task: Task) -> None:
        press = self._press
        self._late = not press.down
        if self._late:
            rt.wake(task, task.token)
        else:
            press._waiters += ((task, task.token),)
            rt.awaited_presses[press._seq] = press

    def _fired(self, rt: Runner) -> bool:
        return not self._press.down

    def _settle(self, rt: Runner, task: Task) -> None:
        if not self._late and self._press._up is not None:
            task.place(self._press._up)

    def _disarm(self, rt: Runner, task: Task) -> None:
        press = self._press
        press._waiters = tuple(entry for entry in press._waiters if entry[0] is not task)
        if not press._waiters and not press._followers:
            rt.awaited_presses.pop(press._seq, None)


class Ended(Wait[None]):
    """The end of a voice: `await v.ended()`."""

    __slots__ = ("_voice", "_late")

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._late = False

    def _arm(self, rt: Runner, task: Task) -> None:
        self._late = not self._voice.alive
        if self._late:
            rt.wake(task, task.token)
        else:
            self._voice._wait(task)

    def _fired(self, rt: Runner) -> bool:
        return not self._voice.alive

    def _settle(self, rt: Runner, task: Task) -> None:
        at = self._voice._ended_at
        if not self._late and at is not None:
            task.place_like(at)

    def _disarm(self, rt: Runner, task: Task) -> None:
        self._voice._forget(task)


class Received(Wait[object]):
    """The next `emit(name, value)`: `value = await received(name)`. After `wait_any`, `.value` has it."""

    __slots__ = ("name", "value", "_at", "_got")

    def __init__(self, name: str) -> None:
        self.name: str = name
        self.value: object = None
        self._at: Position | None = None
        self._got = False

    def _arm(self, rt: Runner, task: Task) -> None:
        self._got = False
        self._at = None
        rt.signals.setdefault(self.name, []).append((self, task, task.token))

    def _deliver(self, rt: Runner, task: Task, token: int, value: object, at: Position) -> None:
        if task.token == token:
            self.value, self._at, self._got = value, at, True
            rt.wake(task, token)

    def _fired(self, rt: Runner) -> bool:
        return self._got

    def _settle(self, rt: Runner, task: Task) -> object:
        if self._at is not None:
            task.place_like(self._at)
        return self.value

    def _disarm(self, rt: Runner, task: Task) -> None:
        waiting = [entry for entry in rt.signals.get(self.name, ()) if entry[1] is not task]
        if waiting:
            rt.signals[self.name] = waiting
        else:
            rt.signals.pop(self.name, None)


class Grid(Wait[None]):
    """The next line of the song's grid: `await grid(step)`."""

    __slots__ = ("step", "swing")

    def __init__(self, step: Time, swing: float) -> None:
        self.step: Time = step
        self.swing: float = swing

    def _arm(self, rt: Runner, task: Task) -> None:
        rt.aim_at_grid(task, self)
        rt.schedule(task, task.token)

    def _fired(self, rt: Runner) -> bool:
        raise AssertionError("a grid line in wait_any is an alarm")

    def _settle(self, rt: Runner, task: Task) -> None:
        return None


def received(name: str) -> Received:
    """Waits for the next `emit` of this name, in any task or handler of the script, and gives its value."""
    if not isinstance(name, str):
        raise TypeError(f"received takes the name of what is emitted, a str, not {name!r}")
    return Received(name)


def emit(name: str, value: object = None) -> None:
    """Wakes every task that waits in `await received(name)` now. They run after the events of this sample."""
    rt = _active.runtime
    if rt is None or rt.ctx is None or get_ident() != rt.thread:
        raise _active.outside("emit")
    if not isinstance(name, str):
        raise TypeError(f"emit takes a name, a str, not {name!r}")
    at = rt.ctx.copy()
    for wait, task, token in rt.signals.pop(name, ()):
        wait._deliver(rt, task, token, value, at)


def grid(step: Time, swing: float = 0.0) -> Grid:
    """The next line of the song's grid strictly after now: `await grid(note_value("1/16"), swing=0.2)`.

    Lines are the song beats k times `step`; every second one comes late by `swing` times `step` (0 to 0.5). While the
    song is stopped, lines count from the moment at which the script became live.
    """
    from ._time import Time

    if not isinstance(step, Time):
        raise TypeError(f'a grid needs a step in beats, such as grid(note_value("1/16")), not {step!r}')
    if step.in_samples or not step.in_beats_or_bars:
        raise ValueError(f'a grid needs a step in beats, such as grid(note_value("1/16")), not {step!r}')
    if not 0.0 <= swing <= 0.5:
        raise ValueError(f"swing is 0 (straight) to 0.5, not {swing!r}")
    return Grid(step, swing)
