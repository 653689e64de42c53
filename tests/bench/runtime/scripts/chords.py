"""Sixteen notes with a duration for every key."""

from outboard import NoteOn, ms, on, play

KEYS = range(48, 64)
length = ms(5)


@on.note
def key_pressed(e: NoteOn) -> None:
    for key in KEYS:
        play(key, 0.8, length)
