"""Echo: every note comes again, in time with the song, softer each time.

An echo is as long as its note. It stops early once it is too soft to hear. Drums (channel 10) pass unless you want
them too.
"""

from outboard import Knob, Menu, NoteOn, Toggle, midi, note_value, on

time = Menu("Time", ["1/2", "1/4.", "1/4", "1/4t", "1/8.", "1/8", "1/8t", "1/16"], default="1/8.")
feedback = Knob("Feedback", 0.6, min=0.0, max=0.95)  # how loud an echo is, against the one before
count = Knob("Echoes", 4, min=1, max=16, step=1)  # the most that one note gets
drums = Toggle("Drums too", midi.first_channel == 10)  # channel 10 passes unless the track is for drums alone


@on.note
async def echo(e: NoteOn) -> None:
    e.forward()
    if e.channel == 10 and not drums.value:
        return
    velocity = e.velocity
    for _ in range(count.value):
        await note_value(time.value)
        velocity *= feedback.value
        if velocity < 1 / 127:
            break
        e.forward(velocity=velocity)  # forwarded late: it ends as late after the key-up
