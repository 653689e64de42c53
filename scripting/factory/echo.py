"""Echo: every note comes again, in time with the song, softer each time.

An echo is as long as its note. It stops early once it is too soft to hear.
"""

from outboard import Knob, Menu, NoteOn, note_value, on

time = Menu("Time", ["1/2", "1/4.", "1/4", "1/4t", "1/8.", "1/8", "1/8t", "1/16"], default="1/8.")
feedback = Knob("Feedback", 0.6, min=0.0, max=0.95)  # how loud an echo is, against the one before
count = Knob("Echoes", 4, min=1, max=16, step=1)  # the most that one note gets


@on.note
async def echo(e: NoteOn) -> None:
    e.forward()
    velocity = e.velocity
    for _ in range(count.value):
        await note_value(time.value)
        velocity *= feedback.value
        if velocity < 1 / 127:
            break
        e.forward(velocity=velocity)  # forwarded late: it ends as late after the key-up
