"""Humaniser: nobody plays exactly on time, nor every note as loud as the one before.

Every note comes a little later and a little louder or softer, at random; its length stays.
"""

from outboard import Knob, NoteOn, ms, on, rng

timing = Knob("Timing", 15, min=0, max=100, unit="ms")  # the most that a note comes late
dynamics = Knob("Dynamics", 0.1, min=0.0, max=0.5)  # the most that a velocity changes


@on.note
async def humanise(e: NoteOn) -> None:
    late = ms(rng.uniform(0, timing.value))
    velocity = e.velocity + rng.uniform(-dynamics.value, dynamics.value)
    await late
    e.forward(velocity=min(max(velocity, 1 / 127), 1.0))  # the key-up comes as late as the note
