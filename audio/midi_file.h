// Reads standard MIDI files, keeping every byte of every event.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "audio/song.h"

namespace outboard::audio {

struct MidiFile {
    int format = 1;
    std::uint16_t division = 480;       ///< as in the file
    double exact_ticks_per_beat = 480;  ///< SMPTE divisions: ticks in half a second
    std::uint16_t track_count = 0;
    std::vector<SongEvent> events;          ///< chunk after chunk, in file order; without the ends of track
    std::vector<std::uint64_t> track_ends;  ///< one per chunk
};

/// [control] `name` is what sentences call the file. Throws std::runtime_error with a sentence that has the byte offset
/// where a byte is to blame. Takes what files in the wild do: chunks of unknown type, running status across metas and
/// sysex, a missing end of track, bytes after it. Memory grows with the bytes that are there, never with a length
/// that a file claims.
[[nodiscard]] MidiFile parse_midi_file(std::span<const std::uint8_t> bytes, const std::string& name);

/// [control] The same from disk, at most 64 MiB.
[[nodiscard]] MidiFile read_midi_file(const std::string& path);

}  // namespace outboard::audio
