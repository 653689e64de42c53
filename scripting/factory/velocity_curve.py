"""Velocity curve: makes a keyboard easier or harder to play loud on.

Gamma 1 changes nothing. Above 1 soft playing gets louder, below 1 it gets softer; full velocity stays full.
"""

from outboard import Knob, NoteOn, on

gamma = Knob("Gamma", 1.0, min=0.25, max=4.0)


@on.note
def bend_velocity(e: NoteOn) -> None:
    e.forward(velocity=e.velocity ** (1 / gamma.value))
