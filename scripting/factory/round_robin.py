"""Round robin: no two notes in a row sound exactly the same.

Each note is taken from another key's sample and tuned back, so that a repeated key does not sound like a machine gun.
After two seconds of silence the round starts over. Every channel has a round of its own; drums (channel 10) pass unless
you want them too: there, the neighbour of a key is another drum.
"""

from outboard import Knob, Menu, NoteOff, NoteOn, Toggle, held, midi, now, on, rng, transport

# How far away the sample of each take lies, in semitones.
TAKES = (0, 1, -1, 2, -2, 3, -3)
SILENCE = 2.0  # seconds

takes = Knob("Takes", 3, min=2, max=7, step=1)
order = Menu("Order", ["in turn", "random"])
drums = Toggle("Drums too", midi.first_channel == 10)  # channel 10 passes unless the track is for drums alone

last_take: dict[int, int] = {}  # by channel
last_up: dict[int, int] = {}  # when a key was last let go, by channel


@on.note
def next_take(e: NoteOn) -> None:
    if e.channel == 10 and not drums.value:
        e.forward()
        return
    if fell_silent(e):
        take = 0
    elif order.value == "in turn":
        take = (last_take.get(e.channel, -1) + 1) % takes.value
    else:
        take = rng.choice([take for take in range(takes.value) if take != last_take.get(e.channel)])
    last_take[e.channel] = take
    key = e.key + TAKES[take]
    if 0 <= key <= 127:
        e.forward(key=key, tuning=-TAKES[take])
    else:
        e.forward()  # at the ends of the keyboard there is no neighbour


def fell_silent(e: NoteOn) -> bool:
    """Whether no key of this channel has been down for two seconds, or ever."""
    if len(held.on(e.channel)) > 1:
        return False
    up = last_up.get(e.channel)
    return up is None or e.time - up >= SILENCE * transport.sample_rate


@on.release
def key_up(e: NoteOff) -> None:
    last_up[e.channel] = now()
