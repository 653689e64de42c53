"""Who is measured, in which order the tables have them, and what each is compared with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Contestant:
    """`name` as the worker knows it; `floor`: whose time it is a multiple of."""

    name: str
    title: str
    unit: str
    floor: str
    ours: bool = True


CONTESTANTS = (
    Contestant("floor", "the floor: an empty Python function is called for each event", "event", "floor", ours=False),
    Contestant("tuples", "each record is taken apart, one is made", "event", "floor", ours=False),
    Contestant("unhandled", "event that no handler takes", "event", "floor"),
    Contestant("nothing", "handler that does nothing", "event", "floor"),
    Contestant("pass", "factory pass-through, notes", "event", "floor"),
    Contestant("pass-mixed", "factory pass-through, notes, controllers, bend, pressure", "event", "floor"),
    Contestant("delay", "async handler that waits, then forwards; half of the events are note-offs", "event", "floor"),
    Contestant("mido", "mido: message from bytes, function, bytes of the message", "event", "floor", ours=False),
    Contestant("floor-1", "the floor, one event in a block", "event", "floor-1", ours=False),
    Contestant("unhandled-1", "event that no handler takes, one in a block", "event", "floor-1"),
    Contestant("nothing-1", "handler that does nothing, one in a block", "event", "floor-1"),
    Contestant("pass-1", "factory pass-through, one event in a block", "event", "floor-1"),
    Contestant("play", "`play` with a duration", "note", "floor"),
    Contestant("heap", "the floor of waiting: coroutine, heap, floats", "wake", "heap", ours=False),
    Contestant("wait", "`await samples(…)`", "wake", "heap"),
    Contestant("wait-beats", "`await beats(…)`", "wake", "heap"),
    Contestant("asyncio", "asyncio: `await sleep(…)` on a clock that jumps", "wake", "heap", ours=False),
    Contestant("wait-1", "`await samples(…)`, one in a block", "wake", "heap"),
    Contestant("step-bare", "the factory arpeggiator's own Python: what it calls does nothing", "step", "floor", ours=False),
    Contestant("step-small", "step of the smallest arpeggiator", "step", "floor"),
    Contestant("step", "step of the factory arpeggiator", "step", "floor"),
    Contestant("step-1", "step of the factory arpeggiator, one in a block", "step", "floor-1"),
    Contestant("step-cold", "the same with cold caches", "step", "floor-1"),
    Contestant("step-warmed", "the same with cold caches, after the warm-up of the pre-wake", "step", "floor-1"),
)
