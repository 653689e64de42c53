// What the sequencer's tests share: a player that runs it block by block, its events as words, a small song.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "audio/sequencer.h"
#include "songs.h"

namespace outboard::audio::testing {

using scripting::ClockMap;
using scripting::Event;

inline constexpr double rate = 48000;

/// A sequencer with the buffers that its caller owns.
class Player {
public:
    explicit Player(const Song* song = nullptr, std::size_t capacity = 4096) : list_(capacity) {
        sequencer.set_song(song);
    }
    /// Runs `frames` frames in blocks of at most `block`; what came out.
    std::vector<Event> run(std::int64_t frames, std::uint32_t block = 64) {
        std::vector<Event> events;
        for (const std::int64_t end = time + frames; time < end;) {
            const auto count = static_cast<std::uint32_t>(std::min<std::int64_t>(block, end - time));
            list_.clear();
            sequencer.next_block(time, count, clock, list_);
            std::int64_t last = time;
            for (const Event& event : list_) {
                EXPECT_GE(event.time, last) << "inside the block, in time order";
                EXPECT_LT(event.time, time + count);
                last = event.time;
            }
            events.insert(events.end(), list_.begin(), list_.end());
            time += count;
        }
        return events;
    }
    Sequencer sequencer{rate};
    ClockMap clock;
    std::int64_t time = 0;

private:
    EventList list_;
};

inline std::vector<std::string> words(const std::vector<Event>& events) {
    std::vector<std::string> list;
    for (const Event& event : events) {
        char text[80];
        std::snprintf(text, sizeof text, "%lld: %02X %d %d #%u", static_cast<long long>(event.time), event.data[0],
                      event.data[1], event.data[2], event.origin);
        list.emplace_back(text);
    }
    return list;
}

/// One beat is 24000 samples; a note per beat, each half a beat long.
inline std::shared_ptr<const Song> four_notes() {
    Track track;
    for (std::uint8_t key = 60; key < 64; ++key) {
        track.at(key == 60 ? 0 : 48, {0x90, key, 100}).at(48, {0x80, key, 10});
    }
    return load_tracks(0, 96, {track.end(48)});
}

}  // namespace outboard::audio::testing
