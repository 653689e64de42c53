#include "audio/sequencer.h"

#include <algorithm>
#include <cmath>

namespace outboard::audio {
namespace {

using scripting::ClockMap;
using scripting::ClockPoint;
using scripting::Event;
using scripting::Kind;
using scripting::round_sample;

constexpr double shortest_loop_seconds = 0.01;
constexpr std::uint8_t release_velocity = 64;

void add_point(ClockMap& clock, const ClockPoint& point) {
    // When there are too many, the last one gives way: every point is a full position, so the end stays exact.
    if (clock.count < ClockMap::max_points) {
        ++clock.count;
    }
    clock.points[clock.count - 1] = point;
}

}  // namespace

Sequencer::Sequencer(double sample_rate) : sample_rate_(sample_rate) {
    stand_at(0);
}

// ---- commands ---------------------------------------------------------------------------------------------------

void Sequencer::set_song(const Song* song) noexcept {
    stop();
    song_ = song;
    cursor_.next = 0;
    at_end_ = ended_ = false;
    stand_at(0);
}

void Sequencer::play() noexcept {
    if (playing_) {
        return;
    }
    if (at_end_ || (song_ != nullptr && here_.song_beat >= length_beats())) {
        seek(0);
    }
    playing_ = true;
    begin_stretch(static_cast<double>(now_), here_.song_beat, clock_at(static_cast<double>(now_)));
    chase();
}

void Sequencer::stop() noexcept {
    has_tail_ = false;
    release_notes(now_);
    chase_.clear();
    if (playing_) {
        const double beat = song_beat();
        playing_ = false;
        stand_at(beat);
    }
}

void Sequencer::seek(double song_beat) noexcept {
    const double beat = std::clamp(std::isfinite(song_beat) ? song_beat : 0.0, 0.0, length_beats());
    has_tail_ = at_end_ = ended_ = false;
    release_notes(now_);
    cursor_.next = 0;
    if (song_ != nullptr) {
        const auto& playable = song_->playable;
        const auto first = std::lower_bound(playable.begin(), playable.end(), beat,
                                            [](const PlayableEvent& item, double value) { return item.beat < value; });
        cursor_.next = static_cast<std::size_t>(first - playable.begin());
    }
    if (playing_) {
        begin_stretch(static_cast<double>(now_), beat, clock_at(static_cast<double>(now_)));
        chase();
    } else {
        stand_at(beat);
    }
}

void Sequencer::set_tempo(double bpm) noexcept {
    const double wanted = bpm > 0 ? std::clamp(bpm, 1.0, 1000.0) : 0.0;
    if (wanted == bpm_) {
        return;
    }
    const double beat = song_beat();
    bpm_ = wanted;
    if (playing_) {
        begin_stretch(static_cast<double>(now_), beat, clock_at(static_cast<double>(now_)));
    } else {
        stand_at(beat);
    }
}

// ---- time -------------------------------------------------------------------------------------------------------

double Sequencer::sample_of(const Stretch& stretch, double beat) const noexcept {
    if (song_ == nullptr || stretch.bpm > 0) {
        return stretch.sample + (beat - stretch.beat) * 60.0 * sample_rate_ / (stretch.bpm > 0 ? stretch.bpm : 120.0);
    }
    return stretch.sample + (song_->sample_of_beat(beat, sample_rate_) - stretch.song_sample);
}

double Sequencer::clock_at(double sample) const noexcept {
    return here_.clock_beat + (sample - here_.sample) * here_.tempo / (60.0 * sample_rate_);
}

double Sequencer::song_beat() const noexcept {
    if (!playing_) {
        return here_.song_beat;
    }
    const double beats = (static_cast<double>(now_) - here_.sample) * here_.tempo / (60.0 * sample_rate_);
    return std::min(here_.song_beat + beats, length_beats());
}

double Sequencer::length_beats() const noexcept {
    return song_ != nullptr ? song_->length_beats() : std::numeric_limits<double>::max();
}

bool Sequencer::can_loop() const noexcept {
    const Stretch& stretch = cursor_.stretch;
    const double samples = sample_of(stretch, length_beats()) - sample_of(stretch, 0);
    return loop_ && samples >= shortest_loop_seconds * sample_rate_;
}

/// From here on it plays without a jump: events and clock are computed from this anchor.
void Sequencer::begin_stretch(double sample, double beat, double clock_beat) noexcept {
    const double song_sample = song_ != nullptr ? song_->sample_of_beat(beat, sample_rate_) : 0;
    cursor_.stretch = Stretch{sample, beat, clock_beat, song_sample, bpm_};
    here_.sample = sample;
    here_.clock_beat = clock_beat;
    here_.playing = true;
    find_changes(beat);
    fill_point(beat);
}

/// The song beat stands still, the clock goes on at the tempo of this place.
void Sequencer::stand_at(double beat) noexcept {
    const auto sample = static_cast<double>(now_);
    here_.clock_beat = clock_at(sample);
    here_.sample = sample;
    here_.playing = false;
    find_changes(beat);
    fill_point(beat);
}

void Sequencer::find_changes(double beat) noexcept {
    next_tempo_ = song_ != nullptr ? song_->tempo_index(beat) + 1 : 0;
    next_signature_ = song_ != nullptr ? song_->signature_index(beat) + 1 : 0;
}

/// Tempo, signature and bar of the latest changes.
void Sequencer::fill_point(double beat) noexcept {
    here_.song_beat = beat;
    here_.tempo = bpm_ > 0 ? bpm_ : song_ != nullptr ? song_->tempi[next_tempo_ - 1].bpm : 120.0;
    const SignatureChange signature = song_ != nullptr ? song_->signatures[next_signature_ - 1] : SignatureChange{};
    here_.numerator = signature.numerator;
    here_.denominator = signature.denominator;
    here_.bar_beat = signature.beat;
    here_.bar = signature.bar;
}

SongPosition Sequencer::position() const noexcept {
    SongPosition position;
    position.song_beat = song_beat();
    position.numerator = here_.numerator;
    position.denominator = here_.denominator;
    position.tempo = here_.tempo;
    // Whole ticks first, so that the last bits of a double never show the end of a bar instead of the next one.
    const double beats = std::max(0.0, (position.song_beat - here_.bar_beat) * here_.denominator / 4.0);
    const auto ticks = static_cast<std::int64_t>(beats * 960.0 + 1e-3);
    const std::int64_t whole_beats = ticks / 960;
    position.bar = here_.bar + static_cast<int>(whole_beats / here_.numerator) + 1;
    position.beat = static_cast<int>(whole_beats % here_.numerator) + 1;
    position.tick = static_cast<int>(ticks % 960);
    return position;
}

// ---- one block --------------------------------------------------------------------------------------------------

void Sequencer::next_block(std::int64_t start, std::uint32_t frames, ClockMap& clock, EventList& out) noexcept {
    if (start != now_ && playing_) {
        // The engine's time has a gap: the song goes on where it was.
        const double beat = song_beat();
        begin_stretch(static_cast<double>(start), beat, clock_at(static_cast<double>(start)));
    }
    const std::int64_t end = start + frames;
    clock.sample_rate = sample_rate_;
    clock.count = 0;
    const bool loops = song_ != nullptr && can_loop();
    here_.loop_end = loops ? length_beats() : 0;
    add_point(clock, here_);
    advance_clock(start, end, clock, out);
    emit(start, end, out);
    now_ = end;
}

void Sequencer::advance_clock(std::int64_t start, std::int64_t end, ClockMap& clock, EventList& out) noexcept {
    while (playing_ && song_ != nullptr) {
        const double tempo_beat =
            bpm_ == 0 && next_tempo_ < song_->tempi.size() ? song_->tempi[next_tempo_].beat : length_beats();
        const double signature_beat =
            next_signature_ < song_->signatures.size() ? song_->signatures[next_signature_].beat : length_beats();
        const double beat = std::min({tempo_beat, signature_beat, length_beats()});
        const double sample = std::max(sample_of(cursor_.stretch, beat), here_.sample);
        if (round_sample(sample) >= end) {
            return;  // it belongs to the block of the sample at which scripts see it
        }
        if (beat >= length_beats()) {
            if (has_tail_) {
                emit(start, end, out);  // a song shorter than the block: the round before must be out first
            }
            reach_end(sample);
        } else {
            here_.clock_beat = cursor_.stretch.clock_beat + (beat - cursor_.stretch.beat);
            here_.sample = sample;
            next_tempo_ += tempo_beat <= beat ? 1 : 0;
            next_signature_ += signature_beat <= beat ? 1 : 0;
            fill_point(beat);
        }
        add_point(clock, here_);
    }
}

/// The song beat is at the end. What has to sound at the very end may round up into the next block: that is the tail.
void Sequencer::reach_end(double sample) noexcept {
    if (has_tail_) {
        events_lost_ += song_->playable.size() - tail_.next;
    }
    tail_ = cursor_;
    has_tail_ = true;
    tail_end_ = round_sample(sample);
    const double clock_beat = cursor_.stretch.clock_beat + (length_beats() - cursor_.stretch.beat);
    if (can_loop()) {
        cursor_.next = 0;
        begin_stretch(sample, 0, clock_beat);
        return;
    }
    playing_ = false;
    at_end_ = true;
    here_.sample = sample;
    here_.clock_beat = clock_beat;
    here_.song_beat = length_beats();
    here_.playing = false;
}

// ---- events -----------------------------------------------------------------------------------------------------

/// All that is due before `end`, in order; stops early when `out` is full and goes on in the next block.
void Sequencer::emit(std::int64_t start, std::int64_t end, EventList& out) noexcept {
    if ((releasing_ && !emit_releases(start, out)) || !emit_chase(start, out)) {
        return;
    }
    if (has_tail_) {
        if (!emit_events(tail_, start, std::min(end, tail_end_ + 1), out) || tail_end_ >= end) {
            return;
        }
        has_tail_ = false;
        release_notes(tail_end_);
        if (!emit_releases(start, out)) {
            return;
        }
    }
    ended_ = at_end_;
    if (playing_) {
        emit_events(cursor_, start, end, out);
    }
}

/// False when `out` is full.
bool Sequencer::emit_events(Cursor& cursor, std::int64_t start, std::int64_t end, EventList& out) noexcept {
    if (song_ == nullptr) {
        return true;
    }
    const auto& playable = song_->playable;
    for (; cursor.next < playable.size(); ++cursor.next) {
        const PlayableEvent& item = playable[cursor.next];
        const std::int64_t time = round_sample(sample_of(cursor.stretch, item.beat));
        if (time >= end) {
            break;
        }
        Event event = item.message;
        event.time = std::max(time, start);
        if (!out.push(event)) {
            return false;
        }
        std::uint16_t& down = down_[event.channel * 128u + event.data[1]];
        if (event.kind == Kind::note_on && down < 0xFFFF) {
            ++down;
            ++down_total_;
        } else if (event.kind == Kind::note_off && down > 0) {
            --down;
            --down_total_;
        }
    }
    return true;
}

std::span<const PlayableEvent> Sequencer::coming(std::uint32_t frames) const noexcept {
    constexpr std::size_t most = 64;
    if (song_ == nullptr || !playing_) {
        return {};
    }
    const std::span<const PlayableEvent> rest = std::span(song_->playable).subspan(cursor_.next);
    std::size_t count = 0;
    while (count < std::min(rest.size(), most) &&
           round_sample(sample_of(cursor_.stretch, rest[count].beat)) < now_ + frames) {
        ++count;
    }
    return rest.first(count);
}

void Sequencer::release_notes(std::int64_t time) noexcept {
    releasing_ = down_total_ > 0;
    release_time_ = time;
}

bool Sequencer::emit_releases(std::int64_t start, EventList& out) noexcept {
    const std::int64_t time = std::max(release_time_, start);
    for (std::size_t i = 0; i < down_.size() && down_total_ > 0; ++i) {
        for (; down_[i] > 0; --down_[i], --down_total_) {
            const auto status = static_cast<std::uint8_t>(0x80 | i / 128);
            if (!out.push(scripting::event_from_midi(time, 0, status, i % 128, release_velocity))) {
                return false;
            }
        }
    }
    releasing_ = false;
    return true;
}

/// What the song has set before the place where it begins to play.
void Sequencer::chase() noexcept {
    chase_.clear();
    chase_sent_ = 0;
    if (song_ != nullptr && cursor_.next > 0) {
        song_->chase(cursor_.next).append(now_, chase_);
    }
}

bool Sequencer::emit_chase(std::int64_t start, EventList& out) noexcept {
    for (; chase_sent_ < chase_.size(); ++chase_sent_) {
        Event event = chase_[chase_sent_];
        event.time = std::max(event.time, start);
        if (!out.push(event)) {
            return false;
        }
    }
    chase_.clear();
    chase_sent_ = 0;
    return true;
}

}  // namespace outboard::audio
