"""The runtime of one script: records in, records out, on virtual sample time.

At one sample: first the events in the order they came, each handler running at once to its end or first await; then
the tasks that are due, in the order they were scheduled; until nothing is due.
"""

from __future__ import annotations

import math
from _thread import get_ident
from random import Random
from typing import Any, Callable, Coroutine

from . import _blocking as _blocking, _foreign
from ._audio import AudioProcess
from ._clock import set_point
from ._console import Write
from ._handler import ANY, START
from ._instrument import initial_settings
from ._loops import EveryLoop, LiveLoop, Loop
from ._moves import Panel, move
from ._other_events import Transport
from ._parameter import Parameter
from ._random import rng
from ._runner import RAISED
from ._saved import Kept
from ._taking import NOTHING, Record, Taking
from ._wire import (
    ARRIVED,
    BEGIN_LOOPS,
    BYPASS,
    BYPASSED,
    CARRIED,
    CHOKE,
    END_ALL,
    CONTROL_CHANGE,
    FINISH,
    INFO,
    KINDS,
    LEAVE,
    LEFT,
    LAST_EVENT,
    NEVER,
    NOTE_OFF,
    NOTE_ON,
    NRPN,
    PANIC,
    PARAMETER,
    RAW,
    RPN,
    SAVE,
    SHOW,
    START as START_RECORD,
    SETTING_IS,
    TEXT,
    TRANSPORT,
    WAIT_LOOPS,
    VOICE_SILENT,
)

Answer = tuple[list[Record], int, float, int]


class Runtime(Taking):
    """One script: its handlers, its tasks, and what it knows of the track."""

    __slots__ = (
        "loading", "saved_values", "parameters", "panel", "_restored", "kept", "loops", "live_loops", "audio",
        "_held_loops", "_live", "_begun", "_follows_transport", "settings", "presets", "loop", "rng", "position",
        "_rng_seed",
    )  # fmt: skip

    def __init__(
        self,
        script: str,
        write: Write,
        *,
        sample_rate: float = 48000.0,
        seed: int = 0,
        slot: int = 0,
        position: int = 1,
        channel: int = 1,
        values: dict[str, float | str] | None = None,
        saved: str = "",
        restored: bool = False,
    ) -> None:
        super().__init__(sample_rate, script, write, channel - 1)
        self.loading = True
        self.saved_values = dict(values or {})
        self.parameters: list[Parameter[Any]] = []
        self.panel = Panel()
        #: The saved values are those of a session that was opened: `changed` runs for them.
        self._restored = restored
        #: `state`, and what `@on.save` gives.
        self.kept = Kept(saved)
        #: What begins when the script becomes live; after a panic it waits for the next note or play.
        self.loops: list[Loop] = []
        self.live_loops: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {}
        self.audio: AudioProcess | None = None
        #: Live loops, as bits in their order, that wait until a script that has left has ended its round of them.
        self._held_loops = 0
        self._live = False
        #: Its START has come.
        self._begun = False
        self._follows_transport = False
        #: Where instrument and mixer strip stand, by number; the font's presets by name in small letters.
        self.settings = initial_settings()
        self.presets: dict[str, int] = {}
        #: The song's loop in song beats, if it has one.
        self.loop: tuple[float, float] | None = None
        #: The script's `rng`: the package's own, or one of its own for a script that others of its chain precede.
        self.rng = rng if position == 1 else Random()
        #: Its place in the chain, from 1.
        self.position = position
        self._rng_seed = f"{seed}:{slot}" if position == 1 else f"{seed}:{slot}:{position}"
        self.rng.seed(self._rng_seed)

    # ---- loading ------------------------------------------------------------------------------------------------

    def loaded(self, version: object = None) -> None:
        """The script was read: what it declared is fixed. `version`: its own `__version__`."""
        self.loading = False
        self._follows_transport = any(loop.transport for loop in self.loops)
        anything = self.declared.get(ANY, [])
        for kind in (*KINDS, RAW, TRANSPORT):
            self._takers[kind] = (*self.declared.get(kind, ()), *anything)
        for kind in (RPN, NRPN):
            self._takers[kind] = tuple(self.declared.get(kind, ()))
        self.kept.script_was_read(version)

    def saved(self) -> str:
        """`state` and what `@on.save` gives, as JSON: load the script with it to go on from there. If it
        fails, that is reported, and the last text is given."""
        try:
            return self.kept.text()
        except RAISED as error:
            self.fail(error)
            return self.kept.last

    def take_values(self, values: dict[str, float | str]) -> None:
        """Parameters as they stood when the script before this one went. No handler runs."""
        for parameter in self.parameters:
            parameter._restore(values)

    @property
    def handles(self) -> int:
        """The kinds that have a handler, as bits; and whether a parameter has one."""
        mask: int = sum(1 << kind for kind in (*KINDS, TRANSPORT) if self._takers[kind])
        if self._takers[RPN] or self._takers[NRPN]:
            mask |= 1 << CONTROL_CHANGE
        if any(parameter._handler is not None for parameter in self.parameters):
            mask |= 1 << PARAMETER | 1 << TEXT
        return mask

    # ---- a block ------------------------------------------------------------------------------------------------

    def run_block(self, start: int, frames: int, records: list[Record]) -> Answer:
        """Processes everything before the sample start + frames."""
        self.thread = get_ident()
        if self.arrived:
            before = sum(record[1] < start for record in records)
            records = [*records[:before], (ARRIVED, start), *records[before:]]
        if _foreign.in_use():
            with _foreign.refused():
                return self._run_block(start + frames, records)
        return self._run_block(start + frames, records)

    def _run_block(self, end: int, records: list[Record]) -> Answer:
        self.out = []
        if self.audio is not None:
            self.audio.note(records)
        for at, record in enumerate(records):
            time = record[1]
            if time > self.now:
                if self.by_sample or self.by_beat:
                    self.run_until(time)
                self.now = time
            kind = record[0]
            if kind == NOTE_OFF:
                self._note_off(record)
            elif kind <= LAST_EVENT:
                self._event(record)
            elif kind == VOICE_SILENT:
                self.voice_silent(record[2])
            elif kind == TRANSPORT:
                self._transport(record)
            elif kind == PARAMETER or kind == TEXT:
                moved = move(self, records, at)
                if moved is not None:
                    self._changed(moved)
            elif kind == START_RECORD:
                self._start()
            elif kind == PANIC:
                self._panic()
            elif kind == WAIT_LOOPS:
                self._held_loops = record[2]
            elif kind == BEGIN_LOOPS:
                self._begin_held_loops(record[2], record[3])
            elif kind == LEAVE:
                self._leave(record[2])
            elif kind == SETTING_IS:
                self.settings[record[2]] = record[3]
            elif kind == FINISH:
                self._finish_all()
            elif kind == ARRIVED:
                self.take_arrived()
            elif kind == CARRIED:
                self.out.append(record)
            elif kind == BYPASS:
                self.set_bypass(bool(record[2]))
        if self.by_sample or self.by_beat:
            self.run_until(end)
            self.drop_stale()
        if self.leaving and not self.tasks and not self.by_sample and not self.by_beat:
            self.out.append((LEFT, self.now))
        mask = BYPASSED if self.bypassed else 0
        if self.kept.wanted:
            mask |= SAVE
        if self.panel.wanted:
            mask |= SHOW
        if self.awaited_presses:
            mask |= 1 << NOTE_OFF | 1 << CHOKE
        wake_sample, wake_beat = NEVER, math.inf
        if self.by_sample:
            wake_sample = self.by_sample[0][0]
        if self.by_beat:
            p = self.by_beat[0][2]
            wake_beat = p.hi + p.lo
            mask |= 1 << TRANSPORT
        if self._loops_wait:
            mask |= 1 << NOTE_ON | 1 << TRANSPORT
        elif self._follows_transport:
            mask |= 1 << TRANSPORT
        return self.out, wake_sample, wake_beat, mask

    # ---- what is no event ---------------------------------------------------------------------------------------

    def _transport(self, record: Record) -> None:
        clock = self.clock
        was_playing = clock.playing
        before = (clock.tempo, clock.numerator, clock.denominator, self.loop)
        started = bool(clock.known and record[6] and not was_playing)
        jumped = set_point(clock, record)
        self.loop = (record[11], record[12]) if len(record) > 11 and record[12] > record[11] else None
        stopped = was_playing and not clock.playing
        if started:
            self.rng.seed(self._rng_seed)
        self.requeue_beats(jumped)
        if self.loops and self._live and not self.bypassed:
            for loop in self.loops:
                if stopped and loop.transport:
                    loop.end(self)
                elif started and (loop.transport or self._loops_wait):
                    loop.begin(self)
            if started:
                self._loops_wait = False
        if self._live and (jumped or before != (clock.tempo, clock.numerator, clock.denominator, self.loop)):
            self._tell_transport(started, stopped, jumped and not started and not stopped)

    def _tell_transport(self, started: bool, stopped: bool, jumped: bool) -> None:
        clock = self.clock
        for handler in self._takers[TRANSPORT]:
            if handler.channel is None and not self.bypassed:
                event = Transport(
                    time=self.now,
                    playing=clock.playing,
                    tempo=clock.tempo,
                    beat=clock.song_beat,
                    time_signature=(clock.numerator, clock.denominator),
                    loop=self.loop,
                    started=started,
                    stopped=stopped,
                    jumped=jumped,
                )
                self._run(handler, event, 0, self.first_channel, None)
                return

    def _changed(self, parameter: Parameter[Any]) -> None:
        handler = parameter._handler
        if handler is not None and not self.bypassed and not parameter._is_let_go():
            given = parameter._value if parameter._takes_value else NOTHING
            self._run(handler, given, 0, self.first_channel, None)

    def _start(self) -> None:
        self._begun = True
        self.live_beat = self.clock.beat_of(self.now)
        if self._restored:
            self._restored = False
            for parameter in self.panel.restored:
                self._changed(parameter)
        if not self.bypassed:
            for handler in self.declared.get(START, ()):
                self._run(handler, NOTHING, 0, self.first_channel, None)
            self._live = True
            self._begin_loops()

    def _begin_loops(self) -> None:
        self._loops_wait = False
        for loop in self.loops:
            if (self.clock.playing or not loop.transport) and not self._is_held(loop):
                loop.begin(self)

    def _is_held(self, loop: Loop) -> bool:
        return isinstance(loop, LiveLoop) and bool(self._held_loops >> self._number_of(loop) & 1)

    def _number_of(self, loop: LiveLoop) -> int:
        return list(self.live_loops).index(loop.name)

    def _begin_held_loops(self, mask: int, due: float) -> None:
        """The round of the script before this one was over at a sample, perhaps a while ago: they go on from there."""
        begins = [
            loop
            for loop in self.loops
            if isinstance(loop, LiveLoop) and self._is_held(loop) and mask >> self._number_of(loop) & 1
        ]
        self._held_loops &= ~mask
        for loop in begins:
            if self._live and not self._loops_wait and not self.bypassed and (self.clock.playing or not loop.transport):
                loop.begin(self, due)

    def set_bypass(self, bypassed: bool) -> None:
        """A script of a chain is left out, or comes back: then it begins as one that has just been loaded."""
        if bypassed and not self.bypassed:
            self.bypassed = True
            self.cancel_all()
            self.out.append((END_ALL, self.now))
        elif not bypassed and self.bypassed:
            self.bypassed = self.panel.given_up = False
            self._failures.clear()
            if self._begun:
                self._start()

    def gave_up(self) -> None:
        self.panel.given_up = True

    def _leave(self, stay: int) -> None:
        """Another script takes over at this sample. Tasks end; the ends of their voices are the host's. Two kinds go
        on: a live loop that the other script has, too, to the end of its round; and who has an event that it may still
        forward, until it has done something, so that a delayed note is neither lost nor played twice."""
        self.leaving = True
        rounds = {
            loop.task for loop in self.loops if isinstance(loop, LiveLoop) and stay >> self._number_of(loop) & 1
        }
        for loop in self.loops:
            if isinstance(loop, EveryLoop):
                loop.stop()
        self.loops = []
        for task in list(self.tasks):
            if task in rounds or task.done:
                continue
            if task.owes and not task.acted and not self.bypassed:
                task.leaves = True
            else:
                self.disarm(task)
                self._throw_cancelled(task, release=False)

    def _finish_all(self) -> None:
        """The last sample of a render: what still runs is named and cancelled."""
        self.run_until(self.now + 1)
        names = list(dict.fromkeys(task.name for task in self.tasks))
        if names:
            self.write(INFO, f"the render ends here and cancels what still ran: {', '.join(names)}", self.script, 0)
        self.cancel_all()
        self.loops.clear()

    def _panic(self) -> None:
        self.cancel_all()
        for press in self.presses.values():
            press._up = self.now
        self.presses.clear()
        self.held_lists.clear()
        self._by_key.clear()
        self.sent.clear()
        self._held_loops = 0
        self._loops_wait = self._live and bool(self.loops)
