"""Strummer: one hand holds a chord, the other strums it.

Keys from C2 up hold the chord; by themselves they are silent. C1 strums down, from the lowest string to the highest,
D1 strums up, E1 damps all strings. A chord rings until you let go of the key that strummed it, or until the next
strum. The keys below C2 never sound themselves. Every channel has strings of its own; drums (channel 10) pass unless
you want them too.
"""

from outboard import Knob, NoteOn, Toggle, Voice, held, midi, ms, on, play

DOWN, UP, DAMP = 36, 38, 40  # C1, D1, E1
CHORD = "C2:G8"

speed = Knob("Speed", 15, min=0, max=100, unit="ms")  # from one string to the next
accent = Knob("Accent", 0.1, min=0.0, max=0.5)  # how much softer each string is than the one before
drums = Toggle("Drums too", midi.first_channel == 10)  # channel 10 passes unless the track is for drums alone

ringing: dict[int, list[Voice]] = {}  # by channel


@on.note
async def strum(e: NoteOn) -> None:
    if e.channel == 10 and not drums.value:
        e.forward()
        return
    if e.key not in (DOWN, UP, DAMP):
        return  # consumed: a key of the chord, or one that does nothing
    strings = held.on(e.channel).within(CHORD).by_pitch
    damp(e.channel)
    if e.key == DAMP:
        return
    if e.key == UP:
        strings.reverse()
    mine = ringing[e.channel] = []
    velocity = e.velocity
    for string in strings:
        if ringing[e.channel] is not mine:
            return  # strummed anew before the last string
        # In this handler a note ends with the key that strums; once that is up, nothing sounds any more.
        mine.append(play(string.key, velocity))
        velocity *= 1 - accent.value
        await ms(speed.value)


def damp(channel: int) -> None:
    for voice in ringing.get(channel, []):
        voice.release()
    ringing[channel] = []
