"""A script that works for some seconds, then goes into an endless loop; the next process does the same."""

import time

from outboard import NoteOn, on

born = time.monotonic()


@on.note
def sometimes(e: NoteOn) -> None:
    e.forward()
    while time.monotonic() - born > 15:
        pass
