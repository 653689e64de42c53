"""MPE in: a keyboard that gives every note a channel of its own plays any instrument.

Bend, pressure and slide (controller 74) of channels 2 to 16 change the note of that channel alone; all notes go to
channel 1, and what comes on channel 1 concerns all of them. Since channel 10 is one of the fifteen, there is no
exception for drums.
"""

from outboard import ChannelPressure, ControlChange, Knob, NoteOn, PitchBend, Voice, midi, on

MASTER = 1
SLIDE = 74

bend_range = Knob("Bend range", 48, min=1, max=96, step=1, unit="semitones")  # of one note, as the keyboard has it

playing: dict[int, list[Voice]] = {}  # by channel; more than one if the keyboard has run out of channels
slide: dict[int, float] = {}  # where it stands, on the channels where it has been moved


@on.note
def note(e: NoteOn) -> None:
    if e.channel == MASTER:
        e.forward()
        return
    # What was there before the note is how it begins.
    voice = e.forward(channel=MASTER)
    before = midi.channel(e.channel)
    if before.bend:
        voice.change_tune(before.bend * bend_range.value)
    if before.pressure:
        voice.pressure(before.pressure)
    if e.channel in slide:
        voice.brightness(slide[e.channel])
    playing[e.channel] = [*voices(e.channel), voice]


def voices(channel: int) -> list[Voice]:
    """The notes of a channel that are still down."""
    return [voice for voice in playing.get(channel, []) if voice.alive]


@on.bend
def bend(e: PitchBend) -> None:
    if e.channel == MASTER:
        e.forward()
    for voice in voices(e.channel):
        voice.change_tune(e.value * bend_range.value)


@on.pressure
def pressed(e: ChannelPressure) -> None:
    if e.channel == MASTER:
        e.forward()
    for voice in voices(e.channel):
        voice.pressure(e.value)


@on.cc(SLIDE)
def slid(e: ControlChange) -> None:
    if e.channel == MASTER:
        e.forward()
        return
    slide[e.channel] = e.value
    for voice in voices(e.channel):
        voice.brightness(e.value)
