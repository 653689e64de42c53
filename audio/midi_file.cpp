#include "audio/midi_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace outboard::audio {
namespace {

constexpr std::uintmax_t largest_file = 64u << 20;

class Reader {
public:
    Reader(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

    MidiFile read() {
        read_header();
        while (file_.track_ends.size() < file_.track_count) {
            read_chunk();
        }
        return std::move(file_);
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw std::runtime_error(fmt::format("{}: {}.", name_, what));
    }
    [[noreturn]] void fail_truncated(const std::string& what) const {
        fail(fmt::format("the file is truncated at byte {}: {}; fetch or export it again", bytes_.size(), what));
    }
    [[noreturn]] void fail_at(std::size_t offset, const std::string& what) const {
        fail(fmt::format("at byte {}: {}; the file is damaged, fetch or export it again", offset, what));
    }

    [[nodiscard]] std::uint16_t big16(std::size_t at) const {
        return static_cast<std::uint16_t>(bytes_[at] << 8 | bytes_[at + 1]);
    }
    [[nodiscard]] std::uint32_t big32(std::size_t at) const {
        return static_cast<std::uint32_t>(big16(at)) << 16 | big16(at + 2);
    }
    [[nodiscard]] bool tag_is(std::string_view tag) const {
        return std::memcmp(bytes_.data() + at_, tag.data(), 4) == 0;
    }

    void read_header() {
        if (bytes_.empty()) {
            fail("the file is empty; choose a standard MIDI file");
        }
        if (bytes_.size() < 4 || !tag_is("MThd")) {
            fail("this is no standard MIDI file (it does not begin with MThd); choose a .mid file");
        }
        if (bytes_.size() < 14) {
            fail_truncated("the header ends too early");
        }
        const std::uint32_t size = big32(4);
        if (size < 6) {
            fail_at(4, fmt::format("a header of {} bytes where 6 are needed", size));
        }
        file_.format = big16(8);
        file_.track_count = big16(10);
        file_.division = big16(12);
        if (file_.format == 2) {
            fail(
                "this is a MIDI file of format 2 (independent patterns), which cannot be played as one song; "
                "save it as format 0 or 1");
        }
        if (file_.format > 2) {
            fail_at(8, fmt::format("MIDI file format {} does not exist", file_.format));
        }
        if (file_.track_count == 0) {
            fail("the file has no tracks; choose another one");
        }
        file_.exact_ticks_per_beat = ticks_per_beat(file_.division);
        if (size > bytes_.size() - 8) {
            fail_truncated("the header ends too early");
        }
        at_ = 8 + static_cast<std::size_t>(size);
    }

    [[nodiscard]] double ticks_per_beat(std::uint16_t division) const {
        if ((division & 0x8000) == 0) {
            if (division == 0) {
                fail_at(12, "a division of 0 ticks per quarter note");
            }
            return division;
        }
        const int frames = 256 - (division >> 8);
        const int ticks = division & 0xFF;
        if ((frames != 24 && frames != 25 && frames != 29 && frames != 30) || ticks == 0) {
            fail_at(12, fmt::format("a SMPTE division of {} frames with {} ticks each", frames, ticks));
        }
        // 29 stands for 30 drop-frame, which runs at 30000/1001 frames per second. A beat is half a second.
        return (frames == 29 ? 30000.0 / 1001.0 : frames) * ticks / 2;
    }

    void read_chunk() {
        const std::size_t found = file_.track_ends.size();
        if (bytes_.size() - at_ < 8) {
            fail_truncated(
                fmt::format("it has {} of the {} tracks that its header tells of", found, file_.track_count));
        }
        const std::size_t size = big32(at_ + 4);
        const bool track = tag_is("MTrk");
        at_ += 8;
        if (size > bytes_.size() - at_) {
            fail_truncated(fmt::format("track {} of {} should have {} more bytes", found + 1, file_.track_count,
                                       size - (bytes_.size() - at_)));
        }
        const std::size_t end = at_ + size;
        if (track) {
            read_track(static_cast<std::uint16_t>(found), end);
        }
        at_ = end;
    }

    void read_track(std::uint16_t track, std::size_t end) {
        std::uint64_t tick = 0;
        std::uint8_t running = 0;
        bool ended = false;
        while (!ended && at_ < end) {
            tick += read_length(end, "a delta time");
            if (at_ == end) {
                fail_at(at_, "a track ends between a delta time and its event");
            }
            const std::size_t event_at = at_;
            std::uint8_t status = bytes_[at_];
            if (status >= 0x80) {
                ++at_;
            } else if (running != 0) {
                status = running;
            } else {
                fail_at(event_at, fmt::format("a data byte ({:02X}) where an event should begin", status));
            }
            SongEvent event;
            event.tick = tick;
            event.track = track;
            if (status < 0xF0) {
                running = status;
                read_channel_message(event, status, end);
            } else if (status == 0xFF) {
                ended = read_meta(event, end);
            } else if (status == 0xF0 || status == 0xF7) {
                read_payload(event, status, end);
            } else {
                fail_at(event_at, fmt::format("a status byte {:02X}, which a MIDI file cannot have", status));
            }
            if (!ended) {
                file_.events.push_back(std::move(event));
            }
        }
        file_.track_ends.push_back(tick);
    }

    void read_channel_message(SongEvent& event, std::uint8_t status, std::size_t end) {
        const std::size_t count = (status & 0xE0) == 0xC0 ? 1 : 2;  // program and channel pressure have one byte
        need(count, end);
        event.bytes.reserve(1 + count);
        event.bytes.push_back(status);
        for (std::size_t i = 0; i < count; ++i, ++at_) {
            if (bytes_[at_] >= 0x80) {
                fail_at(at_, fmt::format("a byte {:02X} inside a message {:02X}, where 7F is the largest", bytes_[at_],
                                         status));
            }
            event.bytes.push_back(bytes_[at_]);
        }
    }

    /// True for the end of track.
    bool read_meta(SongEvent& event, std::size_t end) {
        need(1, end);
        const std::uint8_t type = bytes_[at_++];
        const std::size_t size = read_length(end, "the length of a meta event");
        need(size, end);
        if (type == 0x2F) {
            return true;
        }
        event.bytes.reserve(2 + size);
        event.bytes = {0xFF, type};
        take(event, size);
        return false;
    }

    void read_payload(SongEvent& event, std::uint8_t status, std::size_t end) {
        const std::size_t size = read_length(end, "the length of a system exclusive event");
        need(size, end);
        event.bytes.reserve(1 + size);
        event.bytes.push_back(status);
        take(event, size);
    }

    void take(SongEvent& event, std::size_t size) {
        const auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(at_);
        event.bytes.insert(event.bytes.end(), from, from + static_cast<std::ptrdiff_t>(size));
        at_ += size;
    }

    void need(std::size_t count, std::size_t end) const {
        if (end - at_ < count) {
            fail_at(at_, fmt::format("an event of {} more bytes where its track has {} left", count, end - at_));
        }
    }

    std::uint32_t read_length(std::size_t end, const char* what) {
        const std::size_t begin = at_;
        std::uint32_t value = 0;
        for (int i = 0; i < 4; ++i) {
            if (at_ == end) {
                fail_at(begin, fmt::format("{} that its track cuts off", what));
            }
            const std::uint8_t byte = bytes_[at_++];
            value = value << 7 | (byte & 0x7F);
            if (byte < 0x80) {
                return value;
            }
        }
        fail_at(begin, fmt::format("{} of more than four bytes", what));
    }

    std::span<const std::uint8_t> bytes_;
    std::string name_;
    std::size_t at_ = 0;
    MidiFile file_;
};

}  // namespace

MidiFile parse_midi_file(std::span<const std::uint8_t> bytes, const std::string& name) {
    return Reader(bytes, name).read();
}

MidiFile read_midi_file(const std::string& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) {
        throw std::runtime_error(fmt::format("{}: there is no such song file; check the path.", path));
    }
    if (std::filesystem::is_directory(status)) {
        throw std::runtime_error(fmt::format("{}: this is a folder; choose a .mid file in it.", path));
    }
    if (!std::filesystem::is_regular_file(status)) {
        throw std::runtime_error(fmt::format("{}: this is no ordinary file; choose a .mid file.", path));
    }
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (!error && size > largest_file) {
        throw std::runtime_error(fmt::format("{}: the file has {} MiB, songs may have {}; choose a .mid file.", path,
                                             size >> 20, largest_file >> 20));
    }
    std::ifstream file(path, std::ios::binary);
    std::vector<std::uint8_t> bytes(error ? 0 : size);
    if (!file || error || !file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
        throw std::runtime_error(
            fmt::format("{}: the file cannot be read ({}); check its permissions.", path, std::strerror(errno)));
    }
    return parse_midi_file(bytes, path);
}

}  // namespace outboard::audio
