"""A song made for measuring: some channels that all play at the same moments."""

from __future__ import annotations

import struct
from pathlib import Path

TICKS_PER_BEAT = 480
STEP = TICKS_PER_BEAT // 4


def _length(value: int) -> bytes:
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def write_song(path: Path, channels: int, notes: int, step: int = STEP) -> None:
    """Every channel plays `notes` notes at 120 beats per minute, one per `step` ticks (a sixteenth), on the same ticks."""
    body, waited = bytearray(), 0
    for note in range(notes):
        for status, velocity in ((0x90, 100), (0x80, 64)):
            for channel in range(channels):
                body += _length(waited) + bytes([status | channel, 48 + note % 24, velocity])
                waited = 0
            waited = step // 2
    body += _length(waited) + b"\xff\x2f\x00"
    path.write_bytes(b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS_PER_BEAT) + b"MTrk" + struct.pack(">I", len(body))
                     + bytes(body))
