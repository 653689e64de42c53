"""Microtuning: temperaments of old, any scale of a Scala file, and every key by hand.

Choose a temperament and the key that it starts from; that key keeps its pitch. A Scala file (.scl) may have any number
of notes to the octave, and need not have an octave. Each key plays the nearest sample, tuned to the cent. Drums
(channel 10) pass unless you want them too.
"""

from math import log2
from pathlib import Path

from outboard import FileDrop, Menu, NoteOn, Table, Toggle, log, midi, on

# The degrees of a scale in cents: without the first, which is 0, with the last, where it begins anew.
TEMPERAMENTS = {
    "Equal": (100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200),
    "Pythagorean": (113.7, 203.9, 294.1, 407.8, 498.0, 611.7, 702.0, 815.6, 905.9, 996.1, 1109.8, 1200),
    "Just": (111.7, 203.9, 315.6, 386.3, 498.0, 590.2, 702.0, 813.7, 884.4, 1017.6, 1088.3, 1200),
    "Meantone": (76.0, 193.2, 310.3, 386.3, 503.4, 579.5, 696.6, 772.6, 889.7, 1006.8, 1082.9, 1200),
    "Werckmeister III": (90.2, 192.2, 294.1, 390.2, 498.0, 588.3, 696.1, 792.2, 888.3, 996.1, 1092.2, 1200),
    "Kirnberger III": (90.2, 193.2, 294.1, 386.3, 498.0, 590.2, 696.6, 792.2, 889.7, 996.1, 1088.3, 1200),
}
FILE = "Scala file"

temperament = Menu("Temperament", [*TEMPERAMENTS, FILE])
scala_file = FileDrop(FILE, types=[".scl"], id="file")
root = Menu("Root", ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"])
by_hand = Table("Cents by key", [0.0] * 128, min=-100.0, max=100.0, unit="cents")
drums = Toggle("Drums too", midi.first_channel == 10)  # channel 10 passes unless the track is for drums alone

table = [100.0 * key for key in range(128)]  # every key's pitch, in cents above key 0


@on.note
def tuned(e: NoteOn) -> None:
    if e.channel == 10 and not drums.value:
        e.forward()
        return
    cents = table[e.key] + by_hand[e.key]
    key = round(cents / 100)
    if 0 <= key <= 127:
        e.forward(key=key, tuning=cents / 100 - key)


@temperament.changed
@scala_file.changed
@root.changed
@on.start
def retune() -> None:
    """Notes that sound keep their pitch; the next ones have the new one."""
    degrees = list(TEMPERAMENTS.get(temperament.value, TEMPERAMENTS["Equal"]))
    if temperament.value == FILE and scala_file.value is not None:
        try:
            degrees = scala(scala_file.value)
        except (OSError, ValueError) as error:
            log.error(f"{scala_file.value.name} is no scale: {error}")
            return  # the tuning stays as it was
    first = 60 + root.index
    for key in range(128):
        octave, degree = divmod(key - first, len(degrees))
        table[key] = 100 * first + octave * degrees[-1] + (degrees[degree - 1] if degree else 0)


def scala(path: Path) -> list[float]:
    """The degrees in a Scala file: after a description and their number one a line, in cents or as a ratio."""
    lines = [line.split() for line in path.read_text(encoding="latin-1").splitlines() if not line.startswith("!")]
    if len(lines) < 2 or not lines[1] or not lines[1][0].isdecimal():
        raise ValueError("its second line should be the number of its notes")
    count = int(lines[1][0])
    degrees = [cents(words[0]) for words in lines[2 : 2 + count] if words]
    if count < 1 or len(degrees) < count:
        raise ValueError(f"it announces {count} notes, and {len(degrees)} follow")
    return degrees


def cents(text: str) -> float:
    """A degree: with a point it is in cents, else it is a ratio such as 3/2 or 2."""
    try:
        if "." in text:
            return float(text)
        upper, _, lower = text.partition("/")
        return 1200 * log2(int(upper) / int(lower or 1))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{text!r} is neither cents nor a ratio") from None
