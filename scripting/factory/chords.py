"""Chords: one key plays a whole chord, upwards from that key.

All notes sound at once and end with the key. What would lie above the highest key is left out. Drums (channel 10)
pass unless you want them too.
"""

from outboard import Menu, NoteOn, Toggle, midi, on

CHORDS = {
    "Major": (0, 4, 7),
    "Minor": (0, 3, 7),
    "Diminished": (0, 3, 6),
    "Augmented": (0, 4, 8),
    "Suspended 2nd": (0, 2, 7),
    "Suspended 4th": (0, 5, 7),
    "Seventh": (0, 4, 7, 10),
    "Major seventh": (0, 4, 7, 11),
    "Minor seventh": (0, 3, 7, 10),
    "Major ninth": (0, 4, 7, 11, 14),
    "Fifth": (0, 7),
    "Octave": (0, 12),
}

chord = Menu("Chord", list(CHORDS), default="Major")
drums = Toggle("Drums too", midi.first_channel == 10)  # channel 10 passes unless the track is for drums alone


@on.note
def play_chord(e: NoteOn) -> None:
    if e.channel == 10 and not drums.value:
        e.forward()
        return
    for semitones in CHORDS[chord.value]:
        if e.key + semitones <= 127:
            e.forward(key=e.key + semitones)
