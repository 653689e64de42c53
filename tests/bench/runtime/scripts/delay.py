"""Every note comes a moment later: a task for every key."""

from outboard import NoteOn, on, samples

moment = samples(8)


@on.note
async def key_pressed(e: NoteOn) -> None:
    await moment
    e.forward()
