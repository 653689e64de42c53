"""Step sequencer: a pattern that you draw, on the song's grid.

It plays while the song plays: sixteen steps from the song's first beat on, whatever the song does. Draw how loud each
step is (at the bottom it is silent) and how far from the key it lies. Hold keys, and the pattern plays from them; hold
none, and it plays its own key. The pattern is saved with the session.
"""

from math import floor

from outboard import Knob, Menu, NoteOn, Table, Time, Toggle, beats, grid, held, live_loop, midi, on, play, transport

LENGTHS = {"1/4": 1.0, "1/8": 1 / 2, "1/8t": 1 / 3, "1/16": 1 / 4, "1/16t": 1 / 6, "1/32": 1 / 8}  # in beats

level = Table("Level", [0.9, 0, 0, 0.6, 0, 0, 0.7, 0] * 2, min=0.0, max=1.0)
pitch = Table("Pitch", [0, 0, 0, 7, 0, 0, 12, 0] * 2, min=-24, max=24, step=1, unit="semitones")
steps = Knob("Steps", 16, min=1, max=16, step=1)
rate = Menu("Rate", list(LENGTHS), default="1/16")
swing = Knob("Swing", 0.0, min=0.0, max=0.5)  # how late every second step is, in steps
gate = Knob("Gate", 0.5, min=0.05, max=1.0)  # how much of a step sounds
key = Knob("Key", 48, min=0, max=127, step=1)
drums = Toggle("Drums too", midi.first_channel == 10)  # channel 10 passes unless the track is for drums alone

late = 0.0  # the swing of the line that is waited for


@on.note
def keys_are_held(e: NoteOn) -> None:
    if e.channel == 10 and not drums.value:
        e.forward()
    elif not transport.playing:
        e.forward()  # the song is stopped: to try out the sound


@live_loop("sequencer", transport=True)
async def one_step() -> None:
    global late
    length = LENGTHS[rate.value]
    place = transport.beat / length
    number = floor(place + 1e-6)
    if abs(place - number - late * (number % 2)) < 1e-6:  # on a line; not where the song was started between two
        play_step(number % steps.value, beats(length) * gate.value)
    late = swing.value
    await grid(beats(length), swing=late)


def play_step(step: int, duration: Time) -> None:
    if level[step] == 0:
        return
    played = [(press.channel, press.key) for press in held if press.channel != 10 or drums.value]
    for channel, base in played or [(midi.first_channel, key.value)]:
        number = base + int(pitch[step])
        if 0 <= number <= 127:
            play(number, level[step], duration=duration, channel=channel)
