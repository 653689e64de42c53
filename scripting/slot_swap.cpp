// The audio thread's part of a swap: when the new child takes over, and how a block is shared by the old one and the
// new one.

#include <algorithm>
#include <cmath>

#include "scripting/slot.h"

namespace outboard::scripting {
namespace {

/// What is to be kept is asked for so long before the swap: time for it to reach the new child.
constexpr double save_before_seconds = 0.1;
constexpr double never = 1e18;

/// The first line of the song's grid at or after an exact sample, as an exact sample; `point` goes on for ever.
double next_line(const ClockPoint& point, double sample, double sample_rate, SwapMoment moment) noexcept {
    const double samples_per_beat = 60.0 * sample_rate / point.tempo;
    const double beat = point.song_beat + (sample - point.sample) / samples_per_beat;
    const bool bar = moment == SwapMoment::bar;
    const double step = bar ? 4.0 * point.numerator / std::max<double>(point.denominator, 1) : 1.0;
    const double first = bar ? point.bar_beat : 0.0;
    const double line = first + step * std::ceil((beat - first) / step - 1e-9);
    return step > 0 ? sample + std::max(line - beat, 0.0) * samples_per_beat : never;
}

}  // namespace

/// The first sample at or after the block's start at which the swap may be, if the clock goes on as in this block.
std::int64_t Slot::swap_sample() const noexcept {
    const SwapMoment moment = swap_moment_.load(std::memory_order_relaxed);
    const ClockMap& clock = *block_.clock;
    double from = static_cast<double>(block_.start);
    for (std::uint32_t i = 0; i < clock.count; ++i) {
        const ClockPoint& point = clock.points[i];
        const double until = i + 1 < clock.count ? clock.points[i + 1].sample : never;
        if (until <= from && i + 1 < clock.count) {
            continue;
        }
        if (moment == SwapMoment::block || !point.playing) {
            return block_.start;
        }
        from = std::max(from, point.sample);
        const double line = next_line(point, from, clock.sample_rate, moment);
        if (line < until) {
            return std::max(round_sample(std::min(line, never)), block_.start);
        }
    }
    return INT64_MAX;
}

/// Asks the old child for what it keeps when the swap is near; the control thread gives it to the new one.
void Slot::ask_for_save() noexcept {
    Save wanted = save_stage.load(std::memory_order_acquire);
    if (link_ == nullptr || (wanted != Save::wanted && wanted != Save::seen)) {
        return;
    }
    const auto near = static_cast<std::int64_t>(save_before_seconds * options_.sample_rate);
    const std::int64_t at = swap_sample();
    if (at == INT64_MAX || at - block_.start > near) {
        save_stage.compare_exchange_strong(wanted, Save::seen, std::memory_order_acq_rel);
        return;
    }
    if (save_stage.compare_exchange_strong(wanted, Save::asked, std::memory_order_acq_rel)) {
        save_pending_ = true;
    }
}

/// Whether the new child takes over in this block, and where: at its start it is done at once, else in collect().
void Slot::plan_swap() noexcept {
    const Link* incoming = incoming_.load(std::memory_order_acquire);
    if (incoming == nullptr) {
        return;
    }
    if (incoming == remove_link || link_ == nullptr || link_->dead()) {
        exchange_link();
        return;
    }
    const std::int64_t at = swap_sample();
    if (at >= block_end_) {
        return;
    }
    if (at == block_.start) {
        exchange_link();
    } else {
        swap_at_ = segment_end_ = at;
    }
}

/// The old child has done its part of the block: from here on the new one.
void Slot::swap_within_block(std::int64_t deadline_ns) noexcept {
    segment_start_ = swap_at_;
    swap_at_ = 0;
    exchange_link();  // not if the old one still owes an answer that was due: then it goes on, and the swap waits for
                      // the next moment
    segment_end_ = block_end_;
    segment_last_ = last_sequence_;
    if (leaving_.link != nullptr) {
        post_leaving();
    }
    post_after_leaving(deadline_ns);
}

}  // namespace outboard::scripting
