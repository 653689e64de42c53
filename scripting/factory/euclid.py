"""Euclid: hits spread over the steps as evenly as they will go, on the song's grid.

Five hits in eight steps are x.xx.xx. (the Cuban cinquillo), three in eight x..x..x. (the tresillo). It plays while the
song plays, on the track's first channel; what you play yourself passes.
"""

from functools import lru_cache

from outboard import Knob, Menu, beats, grid, live_loop, play, transport

LENGTHS = {"1/4": 1.0, "1/8": 1 / 2, "1/8t": 1 / 3, "1/16": 1 / 4, "1/16t": 1 / 6, "1/32": 1 / 8}  # in beats

hits = Knob("Hits", 5, min=0, max=32, step=1)
steps = Knob("Steps", 8, min=1, max=32, step=1)
rotation = Knob("Rotation", 0, min=0, max=31, step=1)  # so many steps later
rate = Menu("Rate", list(LENGTHS), default="1/16")
key = Knob("Key", 60, min=0, max=127, step=1)
velocity = Knob("Velocity", 0.8, min=0.0, max=1.0)
accent = Knob("Accent", 0.2, min=0.0, max=1.0)  # how much louder the first hit is
gate = Knob("Gate", 0.5, min=0.05, max=1.0)  # how much of a step sounds


@lru_cache
def rhythm(hits: int, steps: int) -> list[bool]:
    """Bjorklund's way: hand out what is left over, one each, until at most one of a kind is left over."""
    if hits == 0:
        return [False] * steps
    groups = [[True]] * min(hits, steps)
    rest = [[False]] * (steps - len(groups))
    while len(rest) > 1:
        pairs = min(len(groups), len(rest))
        groups, rest = [a + b for a, b in zip(groups, rest)], groups[pairs:] or rest[pairs:]
    return [hit for group in groups + rest for hit in group]


@live_loop("euclid", transport=True)
async def one_step() -> None:
    length = LENGTHS[rate.value]
    place = transport.beat / length
    number = round(place)
    if abs(place - number) < 1e-6:  # on a line of the grid; not where the song was started between two of them
        step = (number - rotation.value) % steps.value
        if rhythm(hits.value, steps.value)[step]:
            loud = accent.value if step == 0 else 0.0
            play(key.value, min(velocity.value + loud, 1.0), duration=beats(length) * gate.value)
    await grid(beats(length))
