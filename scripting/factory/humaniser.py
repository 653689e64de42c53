"""Humaniser: nobody plays exactly on time, nor every note as loud as the one before.

Every note comes a little later and a little louder or softer, at random; its length stays. Drums (channel 10) pass
unless you want them too.
"""

from outboard import Knob, NoteOn, Toggle, midi, ms, on, rng

timing = Knob("Timing", 15, min=0, max=100, unit="ms")  # the most that a note comes late
dynamics = Knob("Dynamics", 0.1, min=0.0, max=0.5)  # the most that a velocity changes
drums = Toggle("Drums too", midi.first_channel == 10)  # channel 10 passes unless the track is for drums alone


@on.note
async def humanise(e: NoteOn) -> None:
    if e.channel == 10 and not drums.value:
        e.forward()
        return
    late = ms(rng.uniform(0, timing.value))
    velocity = e.velocity + rng.uniform(-dynamics.value, dynamics.value)
    await late
    e.forward(velocity=min(max(velocity, 1 / 127), 1.0))  # the key-up comes as late as the note
