"""A small model of the host, for tests: it calls the script as the engine does, and keeps the ledger of notes."""

from __future__ import annotations

from collections import deque

from ._chain import Chain
from ._clock import Clock, round_sample, set_point
from ._heard import Heard
from ._ledger import Record
from ._runtime import Runtime
from ._wire import LAST_EVENT, NEVER, PANIC, PASS, PASSED, START, TRANSPORT


class Host:
    """Calls the script block by block, only when there is something to do, as the engine does."""

    def __init__(self, rt: Runtime | Chain, clock: Clock) -> None:
        self.rt = rt
        self.clock = clock
        self.ledger = Heard(clock)
        self.calls = 0
        self._queued: list[Record] = []
        self._wake: tuple[int, float, int] = (NEVER, float("inf"), 0)

    def run(self, records: deque[Record], end: int, block: int | None) -> None:
        start = 0
        while start < end:
            frames = min(block or end, end - start)
            inputs = []
            while records and records[0][1] < start + frames:
                inputs.append(records.popleft())
            self._block(start, frames, inputs, always=block is None)
            start += frames
        if self._queued or self.rt.arrived:
            self.rt.run_block(end, 0, self._queued)
        if isinstance(self.rt, Chain):
            for record in self.rt.run_out(end):
                self.ledger.output(record)
        self.ledger.finish()

    def block(self, start: int, frames: int, inputs: list[Record]) -> None:
        """One block of a script that works on sound: before the sound it has heard all that came in until then."""
        self._block(start, frames, inputs, always=False)
        if self._queued:
            queued, self._queued = self._queued, []
            self.rt.run_block(start, frames, queued)

    def _block(self, start: int, frames: int, inputs: list[Record], always: bool) -> None:
        out: list[Record] = []
        if always or self._something_to_do(start + frames, inputs):
            self.calls += 1
            out, sample, beat, mask = self.rt.run_block(start, frames, self._queued + inputs)
            self._wake = (sample, beat, mask)
            self._queued = []
        else:
            # Nobody in the script minds: the host passes it, the script hears of it with the next call.
            out = [(PASS, record[1], record[2]) for record in inputs if record[0] <= LAST_EVENT and not record[8]]
            self._queued += [
                (*record[:8], record[8] | PASSED) if record[0] <= LAST_EVENT else record for record in inputs
            ]
        self._apply(inputs, deque(out))
        self.ledger.advance(start + frames - 1)

    def _something_to_do(self, end: int, inputs: list[Record]) -> bool:
        sample, beat, mask = self._wake
        mask |= self.rt.handles
        if self.rt.arrived or sample < end or (beat != float("inf") and round_sample(self.clock.sample_of(beat)) < end):
            return True
        return any(
            record[0] in (START, PANIC) or (mask >> record[0] & 1 and not (record[0] <= LAST_EVENT and record[8]))
            for record in inputs
        )

    def _apply(self, inputs: list[Record], out: deque[Record]) -> None:
        """What came in and what came out, in time order: at one sample first what came in."""
        for record in inputs:
            while out and out[0][1] < record[1]:
                self.ledger.output(out.popleft())
            if record[0] <= LAST_EVENT:
                self.ledger.posted(record)
            elif record[0] == TRANSPORT:
                self.ledger.advance(record[1] - 1)
                set_point(self.clock, record)
                self.ledger.tempo_changed()
            elif record[0] == PANIC:
                self.ledger.advance(record[1] - 1)
                self.ledger.panic(record[1])
        while out:
            self.ledger.output(out.popleft())
