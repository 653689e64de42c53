"""Scale map: whatever you play stays in the scale.

A key outside the scale goes to the nearest one in it, or up, or down, or is not heard at all. What sounds ends with its
key, also when the scale changes meanwhile. Drums (channel 10) pass unless you want them too.
"""

from outboard import Menu, NoteOn, Toggle, midi, on

SCALES = {
    "Major": (0, 2, 4, 5, 7, 9, 11),
    "Minor": (0, 2, 3, 5, 7, 8, 10),
    "Harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "Melodic minor": (0, 2, 3, 5, 7, 9, 11),
    "Dorian": (0, 2, 3, 5, 7, 9, 10),
    "Phrygian": (0, 1, 3, 5, 7, 8, 10),
    "Lydian": (0, 2, 4, 6, 7, 9, 11),
    "Mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "Pentatonic major": (0, 2, 4, 7, 9),
    "Pentatonic minor": (0, 3, 5, 7, 10),
    "Blues": (0, 3, 5, 6, 7, 10),
    "Whole tone": (0, 2, 4, 6, 8, 10),
}

# Where to look for a key of the scale, nearest first.
WAYS = {
    "nearest": (0, -1, 1, -2, 2, -3, 3),
    "down": (0, -1, -2, -3),
    "up": (0, 1, 2, 3),
    "leave out": (0,),
}

root = Menu("Root", ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"])
scale = Menu("Scale", list(SCALES))
way = Menu("Other keys", list(WAYS))
drums = Toggle("Drums too", midi.first_channel == 10)  # channel 10 passes unless the track is for drums alone


@on.note
def into_the_scale(e: NoteOn) -> None:
    if e.channel == 10 and not drums.value:
        e.forward()
        return
    for step in WAYS[way.value]:
        key = e.key + step
        if 0 <= key <= 127 and (key - root.index) % 12 in SCALES[scale.value]:
            e.forward(key=key)  # the voice knows its key press: a change of the scale leaves no note behind
            return
