"""Tremolo: the sound of the track's instrument gets louder and softer, in time with the song or at a speed of its own.

Choose how fast it goes with Sync and Rate (in notes) or, with Sync off, with Speed (in Hz). Depth says how far down it
goes: at 100 % to silence. Shape goes from a soft sine to hard chopping. Stereo moves the right side behind the left: at
180 the sound wanders from side to side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outboard import AudioContext, Knob, Menu, Toggle, audio

# How many beats a cycle takes.
BEATS = {"1/1": 4, "1/2": 2, "1/4": 1, "1/4t": 2 / 3, "1/8.": 3 / 4, "1/8": 1 / 2, "1/8t": 1 / 3, "1/16": 1 / 4}

sync = Toggle("Sync", True)
rate = Menu("Rate", list(BEATS), default="1/8")
speed = Knob("Speed", 5.0, min=0.1, max=20.0, unit="Hz")
depth = Knob("Depth", 0.6, min=0.0, max=1.0, unit="%")
shape = Menu("Shape", ["Sine", "Triangle", "Ramp down", "Square"], default="Sine")
stereo = Knob("Stereo", 0.0, min=0.0, max=180.0, unit="°")

EDGE = 0.02  # of a cycle: how long a ramp or square takes for its jump, which would click otherwise


class Speed:
    """Where a cycle with Sync off begins: moved when Speed is turned, so that the wave goes on without a jump."""

    hz = speed.value
    cycles = 0.0
    time = 0


def wave(cycles: NDArray[np.float64]) -> NDArray[np.float64]:
    """From 0 (soft) to 1 (loud); every whole number of cycles begins anew, at its loudest."""
    at = cycles % 1.0
    back = np.clip((at - (1 - EDGE)) / EDGE, 0, 1)  # up again, at the end of each cycle
    loud: NDArray[np.float64]
    if shape.value == "Sine":
        loud = 0.5 + 0.5 * np.cos(2 * np.pi * at)
    elif shape.value == "Triangle":
        loud = np.abs(2 * at - 1)
    elif shape.value == "Ramp down":
        loud = np.maximum(1 - at / (1 - EDGE), back)
    else:
        loud = np.maximum(np.clip((0.5 - at) / EDGE, 0, 1), back)
    return loud


@audio.process(channels=2)
def tremolo(block: NDArray[np.float32], ctx: AudioContext) -> None:
    if sync.value:
        cycles = ctx.beats / BEATS[rate.value]
    else:
        if Speed.hz != speed.value:
            Speed.cycles += (ctx.time - Speed.time) / ctx.sample_rate * Speed.hz
            Speed.time, Speed.hz = ctx.time, speed.value
        cycles = Speed.cycles + (ctx.samples - Speed.time) / ctx.sample_rate * Speed.hz
    for side, behind in zip(block, (0.0, stereo.value / 360)):
        side *= 1 - depth.value * (1 - wave(cycles - behind))
