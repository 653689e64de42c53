"""MIDI files written byte by byte, and compared event by event."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import mido

ON, OFF, CC, PROGRAM = 0x90, 0x80, 0xB0, 0xC0


def variable_length(value: int) -> bytes:
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))


def tempo(bpm: float) -> bytes:
    return b"\xff\x51\x03" + round(60e6 / bpm).to_bytes(3, "big")


def write_song(path: Path, events: list[tuple[int, bytes]], division: int = 480, end: int | None = None,
               running_status: bool = False) -> Path:
    """A format 0 file of (tick, bytes). With running status a repeated status byte is left away."""
    chunk, now, status = b"", 0, -1
    for tick, message in sorted(events, key=lambda event: event[0]):
        chunk += variable_length(tick - now)
        leave = running_status and message[0] == status and message[0] < 0xF0
        chunk += message[1:] if leave else message
        status = message[0] if message[0] < 0xF0 else -1
        now = tick
    chunk += variable_length((end if end is not None else now) - now) + b"\xff\x2f\x00"
    head = b"MThd" + (6).to_bytes(4, "big") + (0).to_bytes(2, "big") + (1).to_bytes(2, "big")
    path.write_bytes(head + division.to_bytes(2, "big") + b"MTrk" + len(chunk).to_bytes(4, "big") + chunk)
    return path


def message_bytes(message: mido.Message) -> bytes:
    return bytes(message.bytes())


def read_song(path: Path) -> tuple[dict[int, list[tuple[int, bytes]]], list[tuple[int, int, bytes]]]:
    """By channel: (tick, bytes) in the order they are played. And the metas: (track, tick, bytes), ends left out.
    Sysex is channel -1. mido gives note_on with velocity 0 and release velocities as they are."""
    events: list[tuple[int, int, int, bytes]] = []
    metas: list[tuple[int, int, bytes]] = []
    for number, track in enumerate(mido.MidiFile(path).tracks):
        tick = 0
        for message in track:
            tick += message.time
            if message.is_meta:
                if message.type != "end_of_track":
                    metas.append((number, tick, message_bytes(message)))
            else:
                channel = getattr(message, "channel", -1)
                events.append((tick, number, channel, message_bytes(message)))
    channels: dict[int, list[tuple[int, bytes]]] = defaultdict(list)
    for tick, _, channel, data in sorted(events, key=lambda event: event[:2]):
        channels[channel].append((tick, data))
    return dict(channels), metas


def playable_count(path: Path) -> int:
    return sum(not message.is_meta for track in mido.MidiFile(path).tracks for message in track)
