"""Keyswitch: low keys choose how the next notes are played.

The switch keys from C0 on never sound. Each of them stands for a program, such as legato or pizzicato strings, or, if
you like, for a channel: the first switch for the channel that you play on, the next one for the channel above, and so
on. Notes that sound stay as they are. Every channel has a switch of its own; drums (channel 10) pass unless you want
them too.
"""

from outboard import Knob, Menu, NoteOff, NoteOn, ProgramChange, Toggle, midi, on, send

lowest = Knob("Lowest switch key", 24, min=0, max=120, step=1)  # 24 is C0
target = Menu("A switch chooses a", ["program", "channel"])
momentary = Toggle("Only while held", False)  # let go: back to the first one
programs = [
    Knob(f"Program {number}", default, min=0, max=127, step=1)
    for number, default in enumerate((48, 44, 45, 49), 1)  # strings, tremolo, pizzicato, slow strings
]
drums = Toggle("Drums too", midi.first_channel == 10)  # channel 10 passes unless the track is for drums alone

chosen: dict[int, int] = {}  # by channel, from 0


def switch_of(key: int) -> int | None:
    """The number of a switch key, from 0; None for a key that plays."""
    number = key - lowest.value
    return number if 0 <= number < len(programs) else None


def choose(channel: int, number: int) -> None:
    chosen[channel] = number
    if target.value == "program":
        send(ProgramChange(channel=channel, program=programs[number].value))


@on.note
def key_pressed(e: NoteOn) -> None:
    number = switch_of(e.key)
    if e.channel == 10 and not drums.value:
        e.forward()
    elif number is not None:
        choose(e.channel, number)
    elif target.value == "channel":
        e.forward(channel=min(e.channel + chosen.get(e.channel, 0), 16))
    else:
        e.forward()


@on.release
def key_let_go(e: NoteOff) -> None:
    number = switch_of(e.key)
    if e.channel == 10 and not drums.value:
        return
    if momentary.value and number is not None and number == chosen.get(e.channel):
        choose(e.channel, 0)
