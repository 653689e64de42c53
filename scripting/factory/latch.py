"""Latch: what you play goes on sounding after you let go.

Play a chord and let go of all its keys: it stays until you play the next one. Or, in the mode "each key", a key stays
until you press it again. Latch off, and everything that it holds is released. Every channel has a latch of its own;
drums (channel 10) pass unless you want them too.
"""

from outboard import Menu, NoteOn, Toggle, Voice, held, midi, on, play

latch = Toggle("Latch", True)
mode = Menu("Mode", ["chord", "each key"])
drums = Toggle("Drums too", midi.first_channel == 10)  # channel 10 passes unless the track is for drums alone

latched: dict[int, dict[int, Voice]] = {}  # by channel and key


@on.note
def key_pressed(e: NoteOn) -> None:
    if not latch.value or (e.channel == 10 and not drums.value):
        e.forward()
        return
    voices = latched.setdefault(e.channel, {})
    if mode.value == "chord" and len(held.on(e.channel)) == 1:  # the first key of a new chord
        release(voices)
    again = voices.pop(e.key, None)
    if again is not None and again.alive:
        again.release()
        if mode.value == "each key":
            return
    voices[e.key] = play(e.key, e.velocity, hold=True)


def release(voices: dict[int, Voice]) -> None:
    for voice in voices.values():
        voice.release()
    voices.clear()


@latch.changed
def switched(on: bool) -> None:
    if not on:
        for voices in latched.values():
            release(voices)
