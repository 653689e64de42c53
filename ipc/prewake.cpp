#include "ipc/prewake.h"

#include <cstdlib>

namespace outboard::ipc {

namespace {

// One block in 200 may come before the guard: stochastic approximation of that quantile (Robbins and Monro, 1951).
constexpr std::int64_t step_up_ns = 39'800;
constexpr std::int64_t step_down_ns = 200;
constexpr std::int64_t least_guard_ns = 10'000;
// The median of the delay until the polling begins, in the same way.
constexpr std::int64_t delay_step_ns = 1'000;
constexpr double guard_share = 0.75;  ///< of what polling may take; the rest is for blocks that come late
constexpr std::int64_t longest_period_ns = 500'000'000;
constexpr std::int64_t trust_ns = 2'000'000'000;  ///< without a tick for so long the host has stopped

}  // namespace

Prewaker::Plan Prewaker::plan(std::int64_t due_ns, std::int64_t now_ns, std::uint32_t periods) noexcept {
    if (due_ns <= 0) {
        return {};
    }
    if (due_ns != tick_ns_) {
        if (tick_ns_ != 0 && periods != 0) {
            learn_period((due_ns - tick_ns_) / periods);
        }
        tick_ns_ = due_ns_ = due_ns;
        earn();
    }
    if (now_ns - tick_ns_ > trust_ns) {
        return {};
    }
    if (period_ns_ == 0) {
        return due_ns > now_ns ? Plan{.wake_ns = due_ns + (due_ns - now_ns) / 2, .prepares_until_ns = 0, .late = true}
                               : Plan{};
    }
    const std::int64_t guard = options_.guard_ns != 0 ? options_.guard_ns : std::min(guard_ns_, longest_guard());
    while (due_ns_ - guard + delay_ns_ + budget_ns_ <= now_ns) {
        due_ns_ += period_ns_;
        earn();
    }
    return {.wake_ns = due_ns_ - guard,
            .prepares_until_ns = due_ns_ - guard / 2,
            .most_ns = std::max(budget_ns_, 2 * options_.guard_ns),
            .late = due_ns_ != tick_ns_};
}

/// One block that comes at another time than the others (after a gap, or to make up for it) is no other rhythm; two
/// are.
void Prewaker::learn_period(std::int64_t interval) noexcept {
    if (interval < least_period_ns || interval > longest_period_ns) {
        return;
    }
    const auto near = [&](std::int64_t other) { return std::abs(interval - other) <= other / 8; };
    if (period_ns_ == 0 || near(period_ns_) || near(interval_ns_)) {
        period_ns_ = interval;
    }
    interval_ns_ = interval;
}

void Prewaker::learn(bool too_late) noexcept {
    if (options_.guard_ns == 0) {
        guard_ns_ = std::clamp(guard_ns_ + (too_late ? step_up_ns : -step_down_ns), least_guard_ns,
                               std::max(longest_guard(), least_guard_ns));
    }
}

void Prewaker::began_after(std::int64_t ns) noexcept {
    delay_ns_ =
        std::clamp<std::int64_t>(delay_ns_ + (ns > delay_ns_ ? delay_step_ns : -delay_step_ns), 0, period_ns_ / 2);
}

/// So that what polling may take is not used up before the block is due.
std::int64_t Prewaker::longest_guard() const noexcept {
    return delay_ns_ + static_cast<std::int64_t>(guard_share * static_cast<double>(most_ns()));
}

}  // namespace outboard::ipc
