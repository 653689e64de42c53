"""Key names. C3 is key 60; from C-2 (0) to G8 (127); `#` and `b`; ranges such as "C1:B1" include both ends."""

from __future__ import annotations

import re

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_NAME = re.compile(r"([A-Ga-g])([#b]?)(-?\d+)")


def key_number(key: int | str) -> int:
    """The key's number, 0..127, of a number or a name such as "C3", "F#2", "Bb-1"."""
    if isinstance(key, str):
        match = _NAME.fullmatch(key.strip())
        if match is None:
            raise ValueError(f"{key!r} is not a key: write it as C3 (middle C), F#2 or Bb-1")
        letter, accidental, octave = match.groups()
        number = (int(octave) + 2) * 12 + _STEPS[letter.upper()] + {"": 0, "#": 1, "b": -1}[accidental]
    elif isinstance(key, int) and not isinstance(key, bool):
        number = key
    else:
        raise TypeError(f"a key is a number 0..127 or a name such as 'C3', not {key!r}")
    if not 0 <= number <= 127:
        raise ValueError(f"key {key!r} is out of range: keys go from C-2 (0) to G8 (127)")
    return number


def key_name(key: int) -> str:
    """The name of a key's number: "C3" for 60, "F#2" for 54."""
    return f"{_SHARPS[key % 12]}{key // 12 - 2}"


def key_range(keys: int | str | range) -> range:
    """The keys of a range such as "C1:B1" (both ends included), of one key, or of a Python range."""
    if isinstance(keys, range):
        if len(keys) == 0 or keys.step != 1:
            raise ValueError(f"{keys!r} names no keys: give a range such as range(36, 48)")
        key_number(keys[0])
        key_number(keys[-1])
        return keys
    if isinstance(keys, str) and ":" in keys:
        first, _, last = keys.partition(":")
        low, high = _one_key(first), _one_key(last)
        if low > high:
            raise ValueError(f"the range {keys!r} runs backwards: write the lower key first")
        return range(low, high + 1)
    key = _one_key(keys)
    return range(key, key + 1)


def _one_key(key: int | str) -> int:
    """In a range, "36" is key 36."""
    return key_number(int(key) if isinstance(key, str) and key.strip().isdecimal() else key)


def channel_index(channel: int) -> int:
    """A channel as users count them, 1..16, as the wire does, 0..15."""
    if not isinstance(channel, int) or isinstance(channel, bool):
        raise TypeError(f"a channel is a number 1..16, not {channel!r}")
    if not 1 <= channel <= 16:
        raise ValueError(f"channel {channel} is out of range: channels go from 1 to 16")
    return channel - 1
