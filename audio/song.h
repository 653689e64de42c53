// Song: a MIDI file in memory, every event as it is, with its tempo map.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audio/chase.h"
#include "scripting/event.h"
#include "scripting/sysex.h"

namespace outboard::audio {

struct SongEvent {
    std::uint64_t tick = 0;
    std::uint16_t track = 0;          ///< chunk in the file
    std::vector<std::uint8_t> bytes;  ///< channel message (status first), F0/F7 sysex as in the file without the
                                      ///< length, or meta FF type payload (without the length)
    [[nodiscard]] bool is_meta() const noexcept { return !bytes.empty() && bytes[0] == 0xFF; }
    [[nodiscard]] bool is_channel() const noexcept { return !bytes.empty() && bytes[0] >= 0x80 && bytes[0] < 0xF0; }
};

struct TempoChange {
    std::uint64_t tick = 0;
    double beat = 0;     ///< quarter notes from the start
    double seconds = 0;  ///< exact time from the start at the song's own tempi
    double bpm = 120;
};
struct SignatureChange {
    std::uint64_t tick = 0;
    double beat = 0;
    int bar = 0;  ///< 0-based bar that begins here
    std::uint8_t numerator = 4, denominator = 4;
};

/// A channel or system exclusive event, ready for the audio thread.
struct PlayableEvent {
    double beat = 0;
    std::uint32_t event = 0;   ///< index in Song::events
    scripting::Event message;  ///< all but the time; origin is the index in Song::playable + 1
};

class Song final : public scripting::SysexSource {
public:
    /// [control] Reads a standard MIDI file (format 0, 1; 2 is refused; at most 64 MiB). Throws std::runtime_error
    /// with a sentence that names file, byte offset and what to do.
    static std::shared_ptr<const Song> load(const std::string& path);

    std::string path;
    int format = 1;
    int ticks_per_beat = 480;      ///< SMPTE divisions are converted: a beat is half a second then
    std::uint16_t division = 480;  ///< as in the file
    std::uint16_t track_count = 1;
    std::vector<SongEvent> events;            ///< by tick; within a tick by chunk, then file order; without the ends of
                                              ///< track, which are in `track_ends`
    std::vector<TempoChange> tempi;           ///< the first at tick 0
    std::vector<SignatureChange> signatures;  ///< the first at tick 0
    std::uint64_t length_ticks = 0;           ///< latest event or end of track
    std::vector<std::uint64_t> track_ends;    ///< tick of each chunk's end of track
    double exact_ticks_per_beat = 480;        ///< differs from ticks_per_beat only with SMPTE divisions
    std::vector<PlayableEvent> playable;      ///< channel and sysex events in the order of `events`

    [[nodiscard]] double beat_of(std::uint64_t tick) const noexcept;
    /// Exact sample, from the song's start, of a beat at the song's own tempi.
    [[nodiscard]] double sample_of_beat(double beat, double sample_rate) const noexcept;
    [[nodiscard]] double beat_of_sample(double sample, double sample_rate) const noexcept;
    [[nodiscard]] double length_beats() const noexcept { return beat_of(length_ticks); }
    /// Channel and sysex events: what a track can hear. Their index in this order + 1 is Event::origin.
    [[nodiscard]] std::uint64_t playable_count() const noexcept { return playable.size(); }

    /// [rt] Bytes of a system exclusive event by its Event::blob: F0 (or F7) first, as in `events`. Empty if none.
    [[nodiscard]] std::span<const std::uint8_t> sysex(std::uint32_t blob) const noexcept override;
    /// [rt] Tempo in force at a beat, signature in force at a beat: index in `tempi`, `signatures`.
    [[nodiscard]] std::size_t tempo_index(double beat) const noexcept;
    [[nodiscard]] std::size_t signature_index(double beat) const noexcept;
    /// [rt] What the first `count` playable events have set. Cost: at most `chase_step` events are looked at.
    [[nodiscard]] ChaseState chase(std::size_t count) const noexcept;

private:
    static constexpr std::size_t chase_step = 4096;
    void finish();  ///< derives everything from `events`

    std::vector<std::uint32_t> sysex_;     ///< index in `events`, by blob - 1
    std::vector<ChaseState> checkpoints_;  ///< state after each chase_step playable events
};

}  // namespace outboard::audio
