"""Legato: one line at a time, bound note to note.

While a key is down, the next one does not start anew: the line glides to it, and the old note is faded into the new
one. Let the last key go, and the line goes back to the one before it, if that is still down. Every channel has a line
of its own; drums (channel 10) pass unless you want them too.
"""

from outboard import Knob, NoteOff, NoteOn, Toggle, Voice, held, midi, ms, on, play

crossfade = Knob("Crossfade", 60, min=0, max=500, unit="ms")
glide = Knob("Glide", 40, min=0, max=500, unit="ms")
drums = Toggle("Drums too", midi.first_channel == 10)  # channel 10 passes unless the track is for drums alone

line: dict[int, Voice] = {}  # by channel


@on.note
def key_down(e: NoteOn) -> None:
    if e.channel == 10 and not drums.value:
        e.forward()
    else:
        go_to(e)


@on.release
def key_up(e: NoteOff) -> None:
    voice = line.get(e.channel)
    if voice is None or voice.key != e.key:
        return  # the line has moved on
    keys = held.on(e.channel).by_time
    if keys:
        go_to(keys[-1])
    else:
        line.pop(e.channel).release(velocity=e.velocity)


def go_to(press: NoteOn) -> None:
    old = line.get(press.channel)
    if old is None or not old.alive:
        line[press.channel] = play(press.key, press.velocity, hold=True, channel=press.channel)
        return
    way = press.key - old.key
    new = play(press.key, press.velocity, hold=True, channel=press.channel, tuning=-way)  # begins where the old one is
    new.change_tune(way, glide=ms(glide.value))
    new.fade_in(ms(crossfade.value))
    old.change_tune(way, glide=ms(glide.value), relative=True)  # it may have glided here itself
    old.fade_out(ms(crossfade.value))  # and ends there
    line[press.channel] = new
