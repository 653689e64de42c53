"""MPE out: every note on a channel of its own, for instruments that take MPE.

Notes go to channels 2 to 16, what concerns all of them (bend, controllers, program) to channel 1. A channel that has
been free the longest comes first, so that a note that dies away keeps its pitch. There are 15 channels: a 16th note
takes that of the note that has sounded the longest, which ends. Pressure on one key becomes pressure on its channel.
Since channel 10 is one of the fifteen, there is no exception for drums here.
"""

from outboard import (
    ChannelPressure,
    ControlChange,
    Knob,
    NoteOff,
    NoteOn,
    PitchBend,
    PolyPressure,
    ProgramChange,
    Voice,
    on,
    send,
)

MASTER = 1
MEMBERS = range(2, 17)

bend_range = Knob("Bend range", 48, min=1, max=96, step=1, unit="semitones")  # of one note, as the instrument has it


class Sounding:
    """A note on its channel."""

    def __init__(self, press: NoteOn, channel: int, voice: Voice) -> None:
        self.press = press
        self.channel = channel
        self.voice = voice


free = list(MEMBERS)  # the longest free first
sounding: list[Sounding] = []  # the oldest first


@on.start
def announce() -> None:
    """Tells the instrument: a zone of fifteen channels below channel 1, and how far a note bends."""
    registered(MASTER, 6, len(MEMBERS))
    for channel in MEMBERS:
        registered(channel, 0, bend_range.value)


def registered(channel: int, number: int, value: int) -> None:
    """A registered parameter, as controllers."""
    for cc, value7 in ((101, 0), (100, number), (6, value)):
        send(ControlChange(channel=channel, cc=cc, value=value7 / 127))


@on.note
def to_its_own_channel(e: NoteOn) -> None:
    let_go()
    if free:
        channel = free.pop(0)
    else:
        oldest = sounding.pop(0)
        oldest.voice.release()
        channel = oldest.channel
    send(PitchBend(channel=channel, value=0.0))
    sounding.append(Sounding(e, channel, e.forward(channel=channel)))


def let_go() -> None:
    """Frees the channels of the notes that have ended, in the order in which they ended."""
    for note in [note for note in sounding if not note.voice.alive]:
        sounding.remove(note)
        free.append(note.channel)


@on.release
def key_up(e: NoteOff) -> None:
    let_go()


@on.poly_pressure
def one_key(e: PolyPressure) -> None:
    for note in sounding:
        if note.press.key == e.key and note.press.channel == e.channel and note.voice.alive:
            send(ChannelPressure(channel=note.channel, value=e.value))


@on.pressure
def all_keys(e: ChannelPressure) -> None:
    e.forward(channel=MASTER)


@on.bend
def bend(e: PitchBend) -> None:
    e.forward(channel=MASTER)


@on.cc
def controller(e: ControlChange) -> None:
    e.forward(channel=MASTER)


@on.program
def program(e: ProgramChange) -> None:
    e.forward(channel=MASTER)
