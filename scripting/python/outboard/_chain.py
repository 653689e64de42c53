"""Several scripts of one track, in one process: what one puts out is the next one's input.

A block goes through one script after the other, the whole of it. That is the same as sample by sample, because nothing
goes back: what the first puts out at a sample the last one hears at that sample.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Callable, Iterator

from . import _active
from ._chain_parameters import NumberedParameters
from ._chain_saved import joined, parts_of
from ._errors import LoadError
from ._link_to_host import ToHost
from ._link_to_next import ToNext
from ._links import Link, Numbers
from ._namespace import Namespace
from ._runner import RAISED
from ._runtime import Answer, Runtime
from ._saved import MOST_SAVED
from ._taking import Record
from ._wire import (
    BEGIN_LOOPS,
    BYPASS,
    BYPASSED,
    CHOKE,
    END_ALL,
    FINISH,
    GIVEN_UP,
    LAST_EVENT,
    LEAVE,
    LEFT,
    LOOP_OVER,
    NEVER,
    NOTE_OFF,
    PARAMETER,
    TEXT,
    VOICE_SILENT,
    WAIT_LOOPS,
)

RunBlock = Callable[[Runtime, int, int, list[Record]], Answer]
_KEY_UP = 1 << NOTE_OFF | 1 << CHOKE
_LOOPS = (WAIT_LOOPS, BEGIN_LOOPS, LEAVE)


class Chain:
    """The scripts of a track, in order."""

    def __init__(self, runtimes: list[Runtime]) -> None:
        self.runtimes = runtimes
        self.namespaces = [Namespace(rt) for rt in runtimes]
        numbers = Numbers()
        self._last = ToHost(runtimes[-1], numbers)
        links: list[Link] = [self._last]
        for rt in reversed(runtimes[:-1]):
            link = ToNext(rt, numbers, links[0])
            if runtimes[-1].instrument_tells:
                rt.still_heard = link.still_heard
            links.insert(0, link)
        if runtimes[-1].instrument_tells:
            for rt in runtimes:
                rt.begun = {}
        self._links = links
        self.parameters = NumberedParameters()
        self.last_saved = ""
        self._handles: list[int] = []
        #: Which the user has bypassed, as bits.
        self._left_out = 0
        # What each put out in the last block; and who was bypassed between blocks, so that its notes end in the next.
        self._made = [0] * len(runtimes)
        self._silenced: set[int] = set()
        #: After an error of our own: everything passes.
        self.gave_up = False

    @contextmanager
    def active(self, place: int) -> Iterator[Runtime]:
        """While it lasts, that script runs."""
        rt = self.runtimes[place]
        before = _active.runtime
        self.namespaces[place].enter()
        _active.runtime = rt
        try:
            yield rt
        finally:
            _active.runtime = before
            self.namespaces[place].leave()

    def loaded(self) -> None:
        """All scripts were read."""
        self.parameters.number(self.runtimes)
        self._handles = [rt.handles for rt in self.runtimes]
        self._left_out = sum(rt.bypassed << place for place, rt in enumerate(self.runtimes))
        channels = {rt.audio.channels: rt for rt in self.runtimes if rt.audio is not None}
        if len(channels) > 1:
            raise LoadError(
                "the scripts of a track that work on sound have the same number of channels: "
                "give @audio.process(channels=2) in all of them",
                channels[1].script,
                0,
            )

    @property
    def handles(self) -> int:
        mask = 0
        for handled in self._handles:
            mask |= handled
        return mask

    @property
    def live_loops(self) -> list[str]:
        """Their names, those of later scripts with the script's place."""
        return [
            name if place == 0 else f"{place + 1}.{name}"
            for place, rt in enumerate(self.runtimes)
            for name in rt.live_loops
        ]

    @property
    def bypassed(self) -> bool:
        return all(rt.bypassed for rt in self.runtimes)

    @property
    def arrived(self) -> bool:
        """Whether something came from another thread."""
        return any(rt.arrived for rt in self.runtimes)

    # ---- a block ------------------------------------------------------------------------------------------------

    def run_block(self, start: int, frames: int, records: list[Record], run: RunBlock = Runtime.run_block) -> Answer:
        """Processes everything before the sample start + frames."""
        others = [record for record in records if record[0] > LAST_EVENT]
        if any(record[0] == BYPASS for record in others):
            records = [self._what_changes(record) if record[0] == BYPASS else record for record in records]
            others = [record for record in records if record[0] > LAST_EVENT]
        for record in others:
            if record[0] == VOICE_SILENT:
                self._last.silent(record[2])  # before anybody runs: the earlier scripts hear of it as the last one does
        heard = records
        wake_sample, wake_beat, mask = NEVER, float("inf"), 0
        left = 0
        masks = []
        for place, rt in enumerate(self.runtimes):
            inputs = self._inputs(place, heard, others, own=place == 0)
            self._links[place].start = start
            namespace = self.namespaces[place]
            namespace.enter()
            _active.runtime = rt
            try:
                out, sample, beat, wanted = run(rt, start, frames, inputs)
            finally:
                _active.runtime = self.runtimes[0]
                namespace.leave()
            self._made[place] = len(out)
            if place in self._silenced:
                self._silenced.discard(place)
                out = [(END_ALL, start), *out]
            if rt.leaving:
                left += sum(record[0] == LEFT for record in out)
                out = self._with_loops_numbered(place, out)
            if sample < wake_sample:
                wake_sample = sample
            if beat < wake_beat:
                wake_beat = beat
            masks.append(wanted | self._handles[place])
            mask |= wanted & ~BYPASSED
            heard = self._links[place].apply(start, start + frames, inputs, out)
        ends_some = self._last.ends_some
        for place, link in enumerate(self._links):
            # A later script wants to know of the ends of notes, or a note is ended by the last link.
            if ends_some or any(wanted & 1 << NOTE_OFF for wanted in masks[place + 1 :]):
                sample_due, beat, waits = link.due()
                if sample_due < wake_sample:
                    wake_sample = int(sample_due)
                wake_beat = min(wake_beat, beat)
                mask |= _KEY_UP if waits else 0
        if left == len(self.runtimes) and not ends_some:
            heard.append((LEFT, start + frames - 1))
        return heard, wake_sample, wake_beat, mask | (BYPASSED if self.bypassed else 0)

    def _inputs(self, place: int, heard: list[Record], others: list[Record], own: bool) -> list[Record]:
        """What a script hears: `heard`, and the host's records that are no events; at one sample these come first, but
        for the end of a render."""
        if not others:
            return heard
        rt = self.runtimes[place]
        mine: list[Record] = []
        end: list[Record] = []
        for record in heard if own else others:
            kind = record[0]
            if kind == PARAMETER or kind == TEXT:
                number = record[2] - self.parameters.first[place]
                if 0 <= number < len(rt.panel.cells):
                    mine.append((*record[:2], number, *record[3:]))
            elif kind in _LOOPS:
                before = sum(len(other.live_loops) for other in self.runtimes[:place])
                mask = (1 << len(rt.live_loops)) - 1
                mine.append((*record[:2], record[2] >> before & mask, *record[3:]))
            elif kind == BYPASS:
                if record[3] >> place & 1:
                    mine.append((*record[:2], record[2] >> place & 1))
            elif kind == FINISH:
                end.append(record)
            elif kind != VOICE_SILENT or rt is self.runtimes[-1]:
                mine.append(record)
        if not own:
            mine = sorted(mine + heard, key=_time)
        return mine + end

    def _what_changes(self, record: Record) -> Record:
        """A BYPASS with the bits that are others now: a script that was bypassed for its errors stays so when another
        one is switched."""
        before, self._left_out = self._left_out, record[2]
        return (*record, before ^ record[2])

    def _with_loops_numbered(self, place: int, out: list[Record]) -> list[Record]:
        before = sum(len(other.live_loops) for other in self.runtimes[:place])
        return [(*record[:2], record[2] + before) if record[0] == LOOP_OVER else record for record in out]

    def silence(self, place: int) -> None:
        """A script was bypassed between blocks: with the next one its notes end."""
        self._silenced.add(place)
        self.runtimes[place].call_me()

    def give_up(self) -> None:
        """The chain itself has failed: no script runs any more."""
        self.gave_up = True
        for rt in self.runtimes:
            rt.bypassed = True
        rt = self.runtimes[0]
        rt.write(GIVEN_UP, "bypassed after an error of the runtime itself: everything passes", rt.script, 0)

    def flooded(self) -> int:
        """Who made the most in the last block."""
        return max(range(len(self.runtimes)), key=self._made.__getitem__)

    def run_out(self, start: int) -> list[Record]:
        """The ends that are fixed already and lie beyond what was run, where the host does not know them. No script
        runs any more."""
        self.cancel_all()
        for rt in self.runtimes:
            rt.bypassed = True
        return self.run_block(start, 1 << 40, [])[0]

    def cancel_all(self) -> None:
        for rt in self.runtimes:
            rt.cancel_all()

    # ---- sound --------------------------------------------------------------------------------------------------

    @property
    def audio_channels(self) -> int:
        """Of the scripts that work on sound; 0 if none does."""
        return max((rt.audio.channels for rt in self.runtimes if rt.audio is not None), default=0)

    def attach_audio(self, memory: memoryview, most_frames: int) -> None:
        for rt in self.runtimes:
            if rt.audio is not None:
                rt.audio.attach(memory, most_frames)

    def run_audio(self, slot: int, start: int, frames: int) -> bool:
        """A block of sound goes through the scripts that work on sound, in order. False if one failed, or all are
        bypassed: the block is of no use."""
        used = False
        for place, rt in enumerate(self.runtimes):
            if rt.audio is None or rt.bypassed:
                continue
            with self.active(place):
                good = rt.audio.run(rt, rt.audio.view(slot, frames), start, frames)
            if rt.bypassed:
                self.silence(place)
            if not good:
                return False
            used = True
        return used

    # ---- what is kept ---------------------------------------------------------------------------------------------

    @property
    def save_wanted(self) -> bool:
        return any(rt.kept.wanted for rt in self.runtimes)

    def saved(self) -> str:
        """What the scripts keep, by their places, as one JSON text."""
        texts = []
        for place in range(len(self.runtimes)):
            with self.active(place) as rt:
                texts.append(rt.saved())
        text = joined(texts)
        if len(text) <= MOST_SAVED:
            self.last_saved = text
        else:
            longest = max(range(len(texts)), key=lambda place: len(texts[place]))
            with self.active(longest) as rt:
                rt.fail(
                    ValueError(
                        f"what the scripts of this track keep makes {len(text)} bytes of JSON, and {MOST_SAVED} are "
                        "the most that is kept: the last copy that was small enough stays; keep large things in a file"
                    )
                )
        return self.last_saved

    def saved_news(self) -> str:
        """`saved()` if it is another than the last one; else ""."""
        before = self.last_saved
        text = self.saved()
        return text if text != before else ""

    def restore(self, saved: str, values: dict[str, float | str]) -> None:
        """What the scripts before these kept, and their parameters."""
        parts = parts_of(saved)
        for place in range(len(self.runtimes)):
            with self.active(place) as rt:
                try:
                    rt.take_values(self.parameters.of(place, values))
                    if place in parts:
                        rt.kept.restore(parts[place])
                except RAISED as error:
                    rt.fail(error)


def _time(record: Record) -> int:
    time: int = record[1]
    return time
