// Songs for tests: real ones, and small ones made by hand.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "audio/sequencer.h"
#include "audio/song.h"

namespace outboard::audio::testing {

using Bytes = std::vector<std::uint8_t>;

/// The 31 songs of the package openttd-openmsx, sorted by name. A test that gets fewer must fail.
inline std::vector<std::string> song_set() {
    std::vector<std::string> paths;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/share/games/openttd/baseset/openmsx", error)) {
        if (entry.path().extension() == ".mid") {
            paths.push_back(entry.path().string());
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}
constexpr std::size_t song_set_size = 31;

/// A path that no other test uses; removed with its object.
class TemporaryPath {
public:
    explicit TemporaryPath(const std::string& name) {
        static int counter = 0;
        folder_ = std::filesystem::path(::testing::TempDir()) /
                  ("outboard-audio-" + std::to_string(getpid()) + "-" + std::to_string(++counter));
        std::filesystem::create_directories(folder_);
        path_ = (folder_ / name).string();
    }
    TemporaryPath(const std::string& name, const Bytes& bytes) : TemporaryPath(name) {
        std::ofstream file(path_, std::ios::binary);
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    ~TemporaryPath() { std::filesystem::remove_all(folder_); }
    TemporaryPath(const TemporaryPath&) = delete;
    TemporaryPath& operator=(const TemporaryPath&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::size_t files_in_folder() const {
        const auto entries = std::filesystem::directory_iterator(folder_);
        return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
    }

private:
    std::filesystem::path folder_;
    std::string path_;
};

inline void append_big(Bytes& bytes, std::uint64_t value, int count) {
    for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<std::uint8_t>(value >> shift & 0xFF));
    }
}

/// One chunk, event by event.
class Track {
public:
    Track& at(std::uint32_t delta, const Bytes& bytes) {
        for (int shift = 21; shift > 0; shift -= 7) {
            if (delta >> shift != 0) {
                bytes_.push_back(static_cast<std::uint8_t>(0x80 | (delta >> shift & 0x7F)));
            }
        }
        bytes_.push_back(static_cast<std::uint8_t>(delta & 0x7F));
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        return *this;
    }
    Track& tempo(std::uint32_t delta, std::uint32_t microseconds) {
        Bytes bytes{0xFF, 0x51, 0x03};
        append_big(bytes, microseconds, 3);
        return at(delta, bytes);
    }
    Track& signature(std::uint32_t delta, std::uint8_t numerator, std::uint8_t power) {
        return at(delta, {0xFF, 0x58, 0x04, numerator, power, 24, 8});
    }
    Track& end(std::uint32_t delta = 0) { return at(delta, {0xFF, 0x2F, 0x00}); }
    [[nodiscard]] const Bytes& bytes() const { return bytes_; }

private:
    Bytes bytes_;
};

inline Bytes chunk(const std::string& tag, const Bytes& body) {
    Bytes bytes(tag.begin(), tag.end());
    append_big(bytes, body.size(), 4);
    bytes.insert(bytes.end(), body.begin(), body.end());
    return bytes;
}

inline Bytes midi_header(int format, int tracks, int division) {
    Bytes body;
    append_big(body, static_cast<std::uint64_t>(format), 2);
    append_big(body, static_cast<std::uint64_t>(tracks), 2);
    append_big(body, static_cast<std::uint64_t>(division), 2);
    return chunk("MThd", body);
}

inline Bytes midi_file(int format, int division, const std::vector<Track>& tracks) {
    Bytes bytes = midi_header(format, static_cast<int>(tracks.size()), division);
    for (const Track& track : tracks) {
        const Bytes body = chunk("MTrk", track.bytes());
        bytes.insert(bytes.end(), body.begin(), body.end());
    }
    return bytes;
}

inline std::shared_ptr<const Song> load_bytes(const Bytes& bytes) {
    const TemporaryPath file("song.mid", bytes);
    return Song::load(file.path());
}

inline std::shared_ptr<const Song> load_tracks(int format, int division, const std::vector<Track>& tracks) {
    return load_bytes(midi_file(format, division, tracks));
}

/// What the sequencer puts out from the song's start until it has ended, or until `samples`.
inline std::vector<scripting::Event> play_song(const Song& song, double rate, std::uint32_t frames,
                                               std::int64_t samples = std::numeric_limits<std::int64_t>::max()) {
    Sequencer sequencer(rate);
    sequencer.set_song(&song);
    sequencer.play();
    scripting::ClockMap clock;
    EventList list(4096);
    std::vector<scripting::Event> events;
    for (std::int64_t start = 0; start < samples && !sequencer.ended(); start += frames) {
        list.clear();
        sequencer.next_block(start, frames, clock, list);
        events.insert(events.end(), list.begin(), list.end());
    }
    std::erase_if(events, [&](const scripting::Event& event) { return event.time >= samples; });
    return events;
}

inline bool same_event(const scripting::Event& a, const scripting::Event& b) {
    return a.time == b.time && a.kind == b.kind && a.port == b.port && a.channel == b.channel && a.size == b.size &&
           a.data == b.data && a.origin == b.origin && a.blob == b.blob && a.note_id == b.note_id;
}

inline std::string to_text(const scripting::Event& event) {
    return "time " + std::to_string(event.time) + " kind " + std::to_string(static_cast<int>(event.kind)) + " data " +
           std::to_string(event.data[0]) + " " + std::to_string(event.data[1]) + " " + std::to_string(event.data[2]) +
           " origin " + std::to_string(event.origin);
}

/// Where two lists of events differ first; empty if they are the same.
inline std::string difference(const std::vector<scripting::Event>& a, const std::vector<scripting::Event>& b) {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (!same_event(a[i], b[i])) {
            return "event " + std::to_string(i) + ": " + to_text(a[i]) + " against " + to_text(b[i]);
        }
    }
    return a.size() == b.size() ? "" : std::to_string(a.size()) + " events against " + std::to_string(b.size());
}

}  // namespace outboard::audio::testing
