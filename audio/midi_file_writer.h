// Writes what came out of a song as a MIDI file: the song's own structure and metas, the events that were put out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "audio/song.h"
#include "scripting/event.h"

namespace outboard::audio {

/// [control] The bytes of a standard MIDI file of the song's format, division and number of chunks.
///
/// - Every meta stays in its chunk at its tick.
/// - `events` in output order, `time` in samples from the song's start at its own tempi. An event with an origin (index
///   + 1 into Song::playable) whose own sample is the event's time gets the origin's tick and chunk. Any other gets
///   the nearest tick, and the chunk that first used its channel in the song (else the first chunk with music).
/// - At one tick of a chunk: output order; metas keep their place before or after the origins around them, else they
///   come first. Bytes go out as they are (a note-on with velocity 0 stays one, release velocities are kept).
/// - A chunk ends where it ended, or later if an event does.
/// - The bytes of system exclusive events are those that `sysex` has, without it the song.
[[nodiscard]] std::vector<std::uint8_t> encode_midi_file(const Song& song, std::span<const scripting::Event> events,
                                                         double sample_rate,
                                                         const scripting::SysexSource* sysex = nullptr);

/// [control] Into output order: at one sample the order stays.
void sort_by_time(std::vector<scripting::Event>& events);

/// [control] The same into a file: written beside it under another name and moved into place, so a failure leaves
/// nothing behind. Throws std::runtime_error with a sentence.
void write_midi_file(const std::string& path, const Song& song, std::span<const scripting::Event> events,
                     double sample_rate, const scripting::SysexSource* sysex = nullptr);

}  // namespace outboard::audio
