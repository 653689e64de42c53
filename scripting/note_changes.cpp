#include "scripting/note_changes.h"

#include <algorithm>
#include <cmath>

namespace outboard::scripting {
namespace {

struct Range {
    double low, high;
};
constexpr Range octaves{-8, 8}, decibels{-96, 96}, times{0.001, 1000}, cents{-1200, 1200}, side{-1, 1}, unit{0, 1},
    gain{-144, 24};
constexpr std::array<Range, note_dimensions> dimension_ranges{Range{-120, 120}, gain,  side,  unit,  unit,  octaves,
                                                              decibels,         times, times, times, cents, times};
constexpr std::array<Range, settings> setting_ranges{
    octaves, decibels, times, times, times, cents, times, Range{0, 16384.0 * 128 - 1}, gain, side, unit};

float inside(const Range& range, double value) noexcept {
    return static_cast<float>(std::clamp(std::isfinite(value) ? value : 0, range.low, range.high));
}

/// Sample of a clock beat if the tempo of `point` goes on.
std::int64_t end_by(const ClockPoint& point, double beat, double sample_rate) noexcept {
    const double exact = point.sample + (beat - point.clock_beat) * 60 * sample_rate / point.tempo;
    return round_sample(std::clamp(exact, 0.0, 9e15));
}

}  // namespace

float clamped(NoteDimension dimension, double value) noexcept {
    return inside(dimension_ranges[static_cast<std::size_t>(dimension)], value);
}

float clamped(Setting setting, double value) noexcept {
    return inside(setting_ranges[static_cast<std::size_t>(setting)], value);
}

float neutral(Setting setting) noexcept {
    const Range& range = setting_ranges[static_cast<std::size_t>(setting)];
    return range.low == times.low && range.high == times.high ? 1.0F : 0.0F;
}

NoteChanges::NoteChanges() {
    notes_.reserve(max_notes);
    glides_.reserve(max_glides);
}

void NoteChanges::started(std::uint32_t voice, const Event& on, bool leaving) noexcept {
    if (notes_.size() == max_notes) {
        notes_.erase(notes_.begin());
    }
    notes_.push_back({voice, on.note_id, on.port, on.channel, on.data[1], leaving});
}

std::uint32_t NoteChanges::silent(std::int32_t note_id) noexcept {
    std::erase_if(glides_, [&](const Glide& glide) { return glide.change.note_id == note_id; });
    const auto note =
        std::find_if(notes_.begin(), notes_.end(), [&](const Note& known) { return known.note_id == note_id; });
    if (note == notes_.end()) {
        return 0;
    }
    const std::uint32_t voice = note->leaving ? 0 : note->voice;
    notes_.erase(note);
    return voice;
}

void NoteChanges::forget_numbers(bool leaving) noexcept {
    std::erase_if(notes_, [&](const Note& note) { return note.leaving == leaving; });
}

void NoteChanges::script_leaves() noexcept {
    for (Note& note : notes_) {
        note.leaving = true;
    }
}

Event NoteChanges::event_for(std::uint32_t voice, NoteDimension dimension, bool leaving) const noexcept {
    Event change;
    // The latest: a number may come again after a script that counted from 1.
    const auto note = std::find_if(notes_.rbegin(), notes_.rend(),
                                   [&](const Note& known) { return known.voice == voice && known.leaving == leaving; });
    if (voice == 0 || note == notes_.rend()) {
        return change;
    }
    change.kind = Kind::note_change;
    change.port = note->port;
    change.channel = note->channel;
    change.data = {static_cast<std::uint8_t>(dimension), note->key, 0};
    change.note_id = note->note_id;
    change.played = true;
    return change;
}

bool NoteChanges::replace(const Event& change) noexcept {
    return std::erase_if(glides_, [&](const Glide& glide) {
               return glide.change.note_id == change.note_id && glide.change.data[0] == change.data[0];
           }) > 0;
}

void NoteChanges::draw(Glide& glide, std::int64_t after, const ClockMap& clock, std::vector<Event>& later) noexcept {
    for (std::uint32_t i = 0; i < clock.count; ++i) {
        const ClockPoint& point = clock.points[i];
        const auto at = static_cast<std::int64_t>(std::ceil(point.sample)) + glide.late;
        if (at <= after || point.clock_beat >= glide.end_beat || later.size() == later.capacity()) {
            continue;
        }
        const std::int64_t until = end_by(point, glide.end_beat, clock.sample_rate) + glide.late;
        if (until != glide.change.until) {
            glide.change.time = at;
            glide.change.until = until;
            later.push_back(glide.change);
        }
    }
}

Event NoteChanges::begin_glide(Event change, double end_beat, std::int64_t late, const ClockMap& clock,
                               std::vector<Event>& later) noexcept {
    const std::int64_t script_time = change.time - late;
    change.until = end_by(clock.point_at(static_cast<double>(script_time)), end_beat, clock.sample_rate) + late;
    if (glides_.size() < max_glides) {
        Glide& glide = glides_.emplace_back(Glide{change, end_beat, late});
        draw(glide, change.time, clock, later);
    }
    return change;
}

void NoteChanges::follow(std::int64_t start, const ClockMap& clock, std::vector<Event>& later) noexcept {
    std::erase_if(glides_, [&](const Glide& glide) { return glide.change.until <= start; });
    for (Glide& glide : glides_) {
        draw(glide, start + glide.late - 1, clock, later);
    }
}

}  // namespace outboard::scripting
