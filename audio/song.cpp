#include "audio/song.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "audio/midi_file.h"

namespace outboard::audio {
namespace {

constexpr std::uint8_t meta_tempo = 0x51, meta_signature = 0x58;

/// Microseconds per quarter note of a tempo meta; 0 if the event is none (or says 0, which no song can play).
std::uint32_t tempo_of(const SongEvent& event) {
    const auto& bytes = event.bytes;
    if (!event.is_meta() || bytes.size() < 5 || bytes[1] != meta_tempo) {
        return 0;
    }
    return static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 8 | bytes[4];
}

std::vector<TempoChange> tempo_map(const Song& song) {
    std::vector<TempoChange> map{TempoChange{}};
    if ((song.division & 0x8000) != 0) {
        return map;  // SMPTE: ticks are fractions of a second, whatever the tempo metas say
    }
    // Seconds = elapsed / (ticks per beat · 10^6), where elapsed sums ticks · microseconds: whole numbers, so exact.
    double elapsed = 0;
    std::uint32_t microseconds = 500'000;
    for (const SongEvent& event : song.events) {
        const std::uint32_t next = tempo_of(event);
        if (next == 0) {
            continue;
        }
        elapsed += static_cast<double>(event.tick - map.back().tick) * microseconds;
        const TempoChange change{event.tick, song.beat_of(event.tick), elapsed / (song.exact_ticks_per_beat * 1e6),
                                 6e7 / next};
        if (event.tick == map.back().tick) {
            map.back() = change;
        } else {
            map.push_back(change);
        }
        microseconds = next;
    }
    return map;
}

std::vector<SignatureChange> signature_map(const Song& song) {
    std::vector<SignatureChange> map{SignatureChange{}};
    for (const SongEvent& event : song.events) {
        const auto& bytes = event.bytes;
        if (!event.is_meta() || bytes.size() < 4 || bytes[1] != meta_signature || bytes[2] == 0 || bytes[3] > 7) {
            continue;
        }
        SignatureChange change{event.tick, song.beat_of(event.tick), 0, bytes[2],
                               static_cast<std::uint8_t>(1u << bytes[3])};
        if (event.tick == map.back().tick) {
            change.bar = map.back().bar;
            map.back() = change;
            continue;
        }
        const SignatureChange& last = map.back();
        const double bars = (change.beat - last.beat) * last.denominator / (4.0 * last.numerator);
        // A change in the middle of a bar cuts it short and begins a new one.
        change.bar = static_cast<int>(std::min(last.bar + std::ceil(bars - 1e-9), 1e9));
        map.push_back(change);
    }
    return map;
}

/// By tick; at one tick as they came: chunk after chunk, each in file order.
std::vector<SongEvent> sorted_by_tick(std::vector<SongEvent> events) {
    std::vector<std::uint32_t> order(events.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return events[a].tick != events[b].tick ? events[a].tick < events[b].tick : a < b;
    });
    std::vector<SongEvent> sorted;
    sorted.reserve(events.size());
    for (const std::uint32_t index : order) {
        sorted.push_back(std::move(events[index]));
    }
    return sorted;
}

}  // namespace

std::shared_ptr<const Song> Song::load(const std::string& path) {
    MidiFile file = read_midi_file(path);
    auto song = std::make_shared<Song>();
    song->path = path;
    song->format = file.format;
    song->division = file.division;
    song->exact_ticks_per_beat = file.exact_ticks_per_beat;
    song->ticks_per_beat = std::max(1, static_cast<int>(std::lround(file.exact_ticks_per_beat)));
    song->track_count = file.track_count;
    song->events = std::move(file.events);
    song->track_ends = std::move(file.track_ends);
    song->finish();
    return song;
}

void Song::finish() {
    events = sorted_by_tick(std::move(events));
    for (const std::uint64_t end : track_ends) {
        length_ticks = std::max(length_ticks, end);
    }
    if (!events.empty()) {
        length_ticks = std::max(length_ticks, events.back().tick);
    }
    tempi = tempo_map(*this);
    signatures = signature_map(*this);

    ChaseState state;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const SongEvent& event = events[i];
        if (event.is_meta()) {
            continue;
        }
        PlayableEvent item{beat_of(event.tick), static_cast<std::uint32_t>(i), {}};
        if (event.is_channel()) {
            item.message = scripting::event_from_midi(0, 0, event.bytes[0], event.bytes[1],
                                                      event.bytes.size() > 2 ? event.bytes[2] : 0);
        } else {
            sysex_.push_back(item.event);
            item.message.kind = scripting::Kind::sysex;
            item.message.blob = static_cast<std::uint32_t>(sysex_.size());
        }
        item.message.origin = static_cast<std::uint32_t>(playable.size() + 1);
        playable.push_back(item);
        state.apply(item.message);
        if (playable.size() % chase_step == 0) {
            checkpoints_.push_back(state);
        }
    }
}

double Song::beat_of(std::uint64_t tick) const noexcept {
    return static_cast<double>(tick) / exact_ticks_per_beat;
}

std::size_t Song::tempo_index(double beat) const noexcept {
    const auto after = std::upper_bound(tempi.begin(), tempi.end(), beat,
                                        [](double value, const TempoChange& change) { return value < change.beat; });
    return static_cast<std::size_t>(std::max<std::ptrdiff_t>(after - tempi.begin() - 1, 0));
}

std::size_t Song::signature_index(double beat) const noexcept {
    const auto after =
        std::upper_bound(signatures.begin(), signatures.end(), beat,
                         [](double value, const SignatureChange& change) { return value < change.beat; });
    return static_cast<std::size_t>(std::max<std::ptrdiff_t>(after - signatures.begin() - 1, 0));
}

double Song::sample_of_beat(double beat, double sample_rate) const noexcept {
    const TempoChange& tempo = tempi[tempo_index(beat)];
    return (tempo.seconds + (beat - tempo.beat) * 60.0 / tempo.bpm) * sample_rate;
}

double Song::beat_of_sample(double sample, double sample_rate) const noexcept {
    const double seconds = sample / sample_rate;
    const auto after = std::upper_bound(tempi.begin(), tempi.end(), seconds,
                                        [](double value, const TempoChange& change) { return value < change.seconds; });
    const TempoChange& tempo = *(after == tempi.begin() ? after : after - 1);
    return tempo.beat + (seconds - tempo.seconds) * tempo.bpm / 60.0;
}

std::span<const std::uint8_t> Song::sysex(std::uint32_t blob) const noexcept {
    if (blob == 0 || blob > sysex_.size()) {
        return {};
    }
    return events[sysex_[blob - 1]].bytes;
}

ChaseState Song::chase(std::size_t count) const noexcept {
    count = std::min(count, playable.size());
    const std::size_t checkpoint = count / chase_step;
    ChaseState state = checkpoint == 0 ? ChaseState{} : checkpoints_[checkpoint - 1];
    for (std::size_t i = checkpoint * chase_step; i < count; ++i) {
        state.apply(playable[i].message);
    }
    return state;
}

}  // namespace outboard::audio
