"""Velocity curve: makes a keyboard easier or harder to play loud on.

Gamma 1 changes nothing. Above 1 soft playing gets louder, below 1 it gets softer; full velocity stays full. Drums
(channel 10) pass unless you want them too.
"""

from outboard import Knob, NoteOn, Toggle, midi, on

gamma = Knob("Gamma", 1.0, min=0.25, max=4.0)
drums = Toggle("Drums too", midi.first_channel == 10)  # channel 10 passes unless the track is for drums alone


@on.note
def bend_velocity(e: NoteOn) -> None:
    if e.channel == 10 and not drums.value:
        e.forward()
    else:
        e.forward(velocity=e.velocity ** (1 / gamma.value))
