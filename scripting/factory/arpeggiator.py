"""Arpeggiator: hold a chord, hear its notes one after the other, in time with the song.

Every channel has an arpeggio of its own. Drums (channel 10) pass unless you want them too.
"""

from outboard import Knob, Menu, NoteOn, Toggle, held, midi, note_value, on, play, rng, spawn

rate = Menu("Rate", ["1/1", "1/2", "1/4", "1/4t", "1/8", "1/8t", "1/16", "1/16t", "1/32"], default="1/8")
gate = Knob("Gate", 0.5, min=0.05, max=1.0)  # how much of a step sounds
octaves = Knob("Octaves", 1, min=1, max=4, step=1)
mode = Menu("Mode", ["up", "down", "up and down", "random", "as played"])
drums = Toggle("Drums too", midi.first_channel == 10)  # channel 10 passes unless the track is for drums alone


@on.note
def key_pressed(e: NoteOn) -> None:
    if e.channel == 10 and not drums.value:
        e.forward()
    else:
        start(e.channel)


@on.start
def keys_down_already() -> None:
    for channel in {press.channel for press in held}:
        if channel != 10 or drums.value:
            start(channel)


def start(channel: int) -> None:
    # Does nothing while the arpeggio of this channel runs. It begins when all keys of a chord are down.
    spawn(arpeggio, channel, name=f"arpeggio on channel {channel}")


async def arpeggio(channel: int) -> None:
    chord = held.on(channel)
    number = 0
    while chord:
        step = note_value(rate.value)  # read once per step: a new rate begins after a whole step
        notes = pattern(chord.by_time if mode.value == "as played" else chord.by_pitch)
        if notes:
            key, velocity = rng.choice(notes) if mode.value == "random" else notes[number % len(notes)]
            play(key, velocity, duration=step * gate.value, channel=channel)
        number += 1
        await step


def pattern(chord: list[NoteOn]) -> list[tuple[int, float]]:
    """The keys and velocities to go through, octave by octave; above the highest key there is nothing to play."""
    notes = [
        (note.key + 12 * octave, note.velocity)
        for octave in range(octaves.value)
        for note in chord
        if note.key + 12 * octave <= 127
    ]
    if mode.value == "down":
        return notes[::-1]
    if mode.value == "up and down":
        return notes + notes[-2:0:-1]  # the ends only once
    return notes
