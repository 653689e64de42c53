"""The least that is an arpeggio: the keys that are down, lowest first, a sixteenth each."""

from outboard import NoteOn, held, note_value, on, play, spawn

step = note_value("1/16")
half = step * 0.5


@on.note
def key_pressed(e: NoteOn) -> None:
    spawn(arpeggio, name="arpeggio")


async def arpeggio() -> None:
    number = 0
    while held:
        keys = held.by_pitch
        play(keys[number % len(keys)].key, 0.8, half)
        number += 1
        await step
