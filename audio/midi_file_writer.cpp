#include "audio/midi_file_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>
#include <stdexcept>
#include <tuple>

#include "audio/temporary_file.h"
#include "scripting/clock_map.h"

namespace outboard::audio {
namespace {

using scripting::Event;
using scripting::Kind;
using scripting::round_sample;

constexpr std::uint64_t longest_delta = 0x0FFFFFFF;  ///< four bytes of seven bits

/// An output event with its place in the file.
struct Placed {
    std::uint64_t tick = 0;
    std::uint16_t chunk = 0;
    std::optional<std::uint32_t> source;  ///< index in Song::events if it is that very event, unmoved
    const Event* event = nullptr;
};

// ---- where everything goes --------------------------------------------------------------------------------------

class Placement {
public:
    Placement(const Song& song, double sample_rate) : song_(song), sample_rate_(sample_rate) {
        fallback_ = song.format == 0 || song.track_count < 2 ? 0 : 1;
        chunk_of_channel_.fill(-1);
        for (const PlayableEvent& item : song.playable) {
            int& chunk = chunk_of_channel_[item.message.channel];
            if (item.message.kind != Kind::sysex && chunk < 0) {
                chunk = song.events[item.event].track;
            }
        }
    }

    [[nodiscard]] std::vector<Placed> place(std::span<const Event> events) const {
        std::vector<Placed> placed;
        placed.reserve(events.size());
        for (const Event& event : events) {
            if (is_midi(event.kind)) {
                placed.push_back(place(event));
            }
        }
        keep_order(placed);
        return placed;
    }

private:
    [[nodiscard]] Placed place(const Event& event) const {
        Placed placed;
        placed.event = &event;
        if (event.origin != 0 && event.origin <= song_.playable.size()) {
            const PlayableEvent& origin = song_.playable[event.origin - 1];
            if (round_sample(song_.sample_of_beat(origin.beat, sample_rate_)) == event.time) {
                placed.tick = song_.events[origin.event].tick;
                placed.chunk = song_.events[origin.event].track;
                placed.source = origin.event;
                return placed;
            }
        }
        const double beat = song_.beat_of_sample(static_cast<double>(event.time), sample_rate_);
        placed.tick = static_cast<std::uint64_t>(std::llround(std::max(0.0, beat * song_.exact_ticks_per_beat)));
        const int chunk = event.kind == Kind::sysex ? -1 : chunk_of_channel_[event.channel & 0x0F];
        placed.chunk = static_cast<std::uint16_t>(chunk < 0 ? fallback_ : chunk);
        return placed;
    }

    /// Rounding to ticks must not turn events around: an off that came before the next on of its key stays before it.
    static void keep_order(std::vector<Placed>& placed) {
        std::uint64_t latest = std::numeric_limits<std::uint64_t>::max();
        for (auto item = placed.rbegin(); item != placed.rend(); ++item) {
            latest = std::min(latest, item->source ? item->tick : latest);
            item->tick = std::min(item->tick, latest);
        }
        std::uint64_t earliest = 0;
        for (Placed& item : placed) {
            item.tick = item.source ? item.tick : std::max(item.tick, earliest);
            earliest = std::max(earliest, item.tick);
        }
    }

    const Song& song_;
    double sample_rate_;
    int fallback_ = 0;
    std::array<int, 16> chunk_of_channel_{};
};

// ---- bytes ------------------------------------------------------------------------------------------------------

class ChunkWriter {
public:
    void write(std::uint64_t tick, std::span<const std::uint8_t> bytes) {
        if (bytes.empty()) {
            return;
        }
        begin(tick);
        const std::size_t head = bytes[0] == 0xFF ? 2 : 1;
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(head));
        if (bytes[0] >= 0xF0) {
            length(bytes.size() - head);
        }
        bytes_.insert(bytes_.end(), bytes.begin() + static_cast<std::ptrdiff_t>(head), bytes.end());
    }

    [[nodiscard]] std::vector<std::uint8_t> finish(std::uint64_t tick) {
        begin(std::max(tick, now_));
        bytes_.insert(bytes_.end(), {0xFF, 0x2F, 0x00});
        return std::move(bytes_);
    }

private:
    void begin(std::uint64_t tick) {
        std::uint64_t delta = tick - now_;
        for (; delta > longest_delta; delta -= longest_delta) {
            length(longest_delta);
            bytes_.insert(bytes_.end(), {0xFF, 0x01, 0x00});  // an empty text bridges what one delta cannot hold
        }
        length(delta);
        now_ = tick;
    }

    void length(std::uint64_t value) {
        for (int shift = 21; shift > 0; shift -= 7) {
            if (value >> shift != 0) {
                bytes_.push_back(static_cast<std::uint8_t>(0x80 | (value >> shift & 0x7F)));
            }
        }
        bytes_.push_back(static_cast<std::uint8_t>(value & 0x7F));
    }

    std::vector<std::uint8_t> bytes_;
    std::uint64_t now_ = 0;
};

void write_event(ChunkWriter& writer, const scripting::SysexSource& sysex, const Placed& placed) {
    const Event& event = *placed.event;
    if (event.kind == Kind::sysex) {
        writer.write(placed.tick, sysex.sysex(event.blob));
    } else if (event.kind == Kind::choke) {
        const std::array<std::uint8_t, 3> off{static_cast<std::uint8_t>(0x80 | (event.channel & 0x0F)), event.data[1],
                                              64};
        writer.write(placed.tick, off);
    } else {
        writer.write(placed.tick, std::span(event.data.data(), event.size));
    }
}

/// One chunk: its metas (indices in Song::events) and its output events, each by tick.
std::vector<std::uint8_t> encode_chunk(const Song& song, const scripting::SysexSource& sysex,
                                       std::span<const std::uint32_t> metas, std::span<const Placed> placed,
                                       std::uint64_t end) {
    ChunkWriter writer;
    std::size_t next_meta = 0;
    const auto write_metas = [&](std::uint64_t tick, std::uint32_t before) {
        for (; next_meta < metas.size(); ++next_meta) {
            const SongEvent& meta = song.events[metas[next_meta]];
            if (meta.tick > tick || (meta.tick == tick && metas[next_meta] >= before)) {
                break;
            }
            writer.write(meta.tick, meta.bytes);
        }
    };
    constexpr std::uint32_t all = std::numeric_limits<std::uint32_t>::max();
    for (std::size_t i = 0; i < placed.size();) {
        std::size_t stop = i;
        std::uint32_t first_source = all;
        for (; stop < placed.size() && placed[stop].tick == placed[i].tick; ++stop) {
            first_source = std::min(first_source, placed[stop].source.value_or(all));
        }
        write_metas(placed[i].tick, first_source);
        for (; i < stop; ++i) {
            write_metas(placed[i].tick, placed[i].source.value_or(0));
            write_event(writer, sysex, placed[i]);
        }
    }
    write_metas(std::numeric_limits<std::uint64_t>::max(), all);
    return writer.finish(end);
}

void append_big(std::vector<std::uint8_t>& bytes, std::uint64_t value, int count) {
    for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<std::uint8_t>(value >> shift & 0xFF));
    }
}

}  // namespace

void sort_by_time(std::vector<Event>& events) {
    std::vector<std::pair<std::int64_t, std::size_t>> order(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        order[i] = {events[i].time, i};
    }
    std::sort(order.begin(), order.end());
    std::vector<Event> sorted;
    sorted.reserve(events.size());
    for (const auto& [time, index] : order) {
        sorted.push_back(events[index]);
    }
    events = std::move(sorted);
}

std::vector<std::uint8_t> encode_midi_file(const Song& song, std::span<const Event> events, double sample_rate,
                                           const scripting::SysexSource* sysex) {
    std::vector<Placed> placed = Placement(song, sample_rate).place(events);
    std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
        // Output order last: the events lie behind each other in one array.
        return std::tie(a.chunk, a.tick, a.event) < std::tie(b.chunk, b.tick, b.event);
    });
    std::vector<std::vector<std::uint32_t>> metas(song.track_count);
    for (std::size_t i = 0; i < song.events.size(); ++i) {
        if (song.events[i].is_meta()) {
            metas[song.events[i].track].push_back(static_cast<std::uint32_t>(i));
        }
    }

    std::vector<std::uint8_t> file{'M', 'T', 'h', 'd'};
    append_big(file, 6, 4);
    append_big(file, static_cast<std::uint64_t>(song.format), 2);
    append_big(file, song.track_count, 2);
    append_big(file, song.division, 2);
    auto begin = placed.begin();
    for (std::uint16_t chunk = 0; chunk < song.track_count; ++chunk) {
        const auto end = std::find_if(begin, placed.end(), [&](const Placed& item) { return item.chunk != chunk; });
        const auto bytes = encode_chunk(song, sysex != nullptr ? *sysex : song, metas[chunk], std::span(begin, end),
                                        song.track_ends[chunk]);
        begin = end;
        file.insert(file.end(), {'M', 'T', 'r', 'k'});
        append_big(file, bytes.size(), 4);
        file.insert(file.end(), bytes.begin(), bytes.end());
    }
    return file;
}

void write_midi_file(const std::string& path, const Song& song, std::span<const Event> events, double sample_rate,
                     const scripting::SysexSource* sysex) {
    const std::vector<std::uint8_t> bytes = encode_midi_file(song, events, sample_rate, sysex);
    TemporaryFile temporary(path);
    std::ofstream file(temporary.temporary_path(), std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) {
        throw std::runtime_error(fmt::format("{} cannot be written: {}.", path, std::strerror(errno)));
    }
    temporary.commit();
}

}  // namespace outboard::audio
