"""CC LFO: moves a controller up and down in time with the song.

While the song plays, the wave belongs to the place in the song: the same bar always has the same part of it, whatever
the tempo does. While the song is stopped, it runs on by itself. It moves the track's first channel.
"""

from math import pi, sin

from outboard import ControlChange, Knob, Menu, beats, grid, live_loop, rng, send, transport

# The length of a wave, in beats.
LENGTHS = {"4/1": 16.0, "2/1": 8.0, "1/1": 4.0, "1/2": 2.0, "1/4": 1.0, "1/4t": 2 / 3, "1/8": 1 / 2, "1/16": 1 / 4}
STEP = 1 / 48  # of a beat: 10 ms at 120 beats per minute

cc = Knob("Controller", 1, min=0, max=119, step=1)
rate = Menu("Rate", list(LENGTHS), default="1/1")
shape = Menu("Shape", ["sine", "triangle", "saw up", "saw down", "square", "random"])
depth = Knob("Depth", 1.0, min=0.0, max=1.0)
centre = Knob("Centre", 0.5, min=0.0, max=1.0)

position = 0.0  # in waves
sent: tuple[int, int] | None = None  # controller and value
steps: dict[int, float] = {}  # of the random shape, by the number of the wave


@live_loop("lfo")
async def one_step() -> None:
    global position, sent
    length = LENGTHS[rate.value]
    if transport.playing:
        position = transport.beat / length
    event = ControlChange(cc=cc.value, value=min(max(centre.value + depth.value * wave(round(position, 9)) / 2, 0.0), 1.0))
    if (event.cc, event.value7) != sent:
        sent = (event.cc, event.value7)
        send(event)
    position += STEP / length
    await grid(beats(STEP))


def wave(position: float) -> float:
    """The wave at a position, -1..1."""
    phase = position % 1.0
    if shape.value == "sine":
        return sin(2 * pi * phase)
    if shape.value == "triangle":
        return 4 * abs((phase - 0.25) % 1.0 - 0.5) - 1
    if shape.value == "saw up":
        return 2 * phase - 1
    if shape.value == "saw down":
        return 1 - 2 * phase
    if shape.value == "square":
        return 1.0 if phase < 0.5 else -1.0
    number = int(position)
    if number not in steps:
        steps.clear()
        steps[number] = rng.uniform(-1, 1)
    return steps[number]
