// Command: what the control side asks of the audio thread. Everything in it is trivially copyable: what a pointer names
// is owned by the control side, which keeps it until the audio thread has said that it took the next one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "audio/instrument.h"
#include "audio/midi_ports.h"
#include "audio/song.h"
#include "audio/track.h"

namespace outboard::audio {

struct TrackEntry {
    std::shared_ptr<Track> track;
    std::shared_ptr<Instrument> instrument;
    std::shared_ptr<MidiOutput> midi_output;  ///< may be null
    bool leaving = false;                     ///< its sound fades away in this callback, the next list is without it
};

/// All tracks, in the order in which they are mixed. Never changes after it was sent.
struct TrackList {
    std::uint64_t generation = 0;
    std::vector<TrackEntry> entries;
};

namespace command {

struct TakeTracks {
    const TrackList* list;
};
struct TakeSong {
    const Song* song;
    std::uint64_t generation;
};
struct Play {};
struct Stop {};
struct Seek {
    double beat;
};
struct Tempo {
    double bpm;  ///< 0: the song's own
};
struct Loop {
    bool on;
};
struct Panic {};
struct Master {
    float gain;
};
struct Arm {
    std::optional<std::uint32_t> track;
};
struct Key {
    std::uint8_t status, key, velocity;
};
struct SetControls {
    std::uint32_t track;
    TrackControls controls;
};
struct MoveStrip {
    std::uint32_t track;
    scripting::Setting what;  ///< one of strip_settings
    double value;
};
struct ChooseProgram {
    std::uint32_t track;
};
struct SetParameter {
    std::uint32_t track;
    std::uint64_t generation;
    std::uint32_t index;
    double value;
};

}  // namespace command

using Command =
    std::variant<std::monostate, command::TakeTracks, command::TakeSong, command::Play, command::Stop, command::Seek,
                 command::Tempo, command::Loop, command::Panic, command::Master, command::Arm, command::Key,
                 command::SetControls, command::MoveStrip, command::ChooseProgram, command::SetParameter>;

}  // namespace outboard::audio
