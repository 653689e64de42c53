// Prewaker: lets a process that is called in a rhythm be awake when the call comes.
//
// A wake-up by the system takes 5 µs on a good desktop and 30 to 100 on a busy or virtual machine, most of it on the
// caller's account. But an audio host calls in a rhythm, and says in every block when the next one is due (the *tick*,
// Pipe::tick). So the child sleeps only until a *guard time* before that, and then looks for the tick and for messages
// without sleeping: a message to a child that polls needs no system call and is seen within a microsecond.
//
// The guard is learned: after every block in which the child was still asleep it grows, after every other one it
// shrinks a little, so that it settles where one block in 200 comes too early. What polling costs is bounded in its
// share of the time, and counted: what a round leaves of its share is there for the block that comes late. Only what is
// polled counts there, not how long the system took to wake the child, nor how long it then prepared itself.
//
// Polling pays only for threads with real-time priority that lie on different cores; at normal priority it makes things
// worse (the poller uses up its time slice), so the host sends no tick then.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ipc/clock.h"

namespace outboard::ipc {

/// Blocks that follow sooner were cut from one callback, and are no rhythm.
inline constexpr std::int64_t least_period_ns = 100'000;

/// Tells the processor that this is a loop that waits.
inline void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

class Prewaker {
public:
    struct Options {
        std::int64_t guard_ns = 0;  ///< fixed guard time; 0: learned
        double most_share = 0.2;    ///< of the time, that polling may take; of one period twice that at most
    };
    explicit Prewaker(Options options) noexcept : options_(options) {}

    /// What to do in this round: sleep until `wake_ns`, prepare for the call if it is not yet `prepares_until_ns`, then
    /// poll for `most_ns`. `wake_ns` is no_deadline when nothing is known of the next block.
    struct Plan {
        std::int64_t wake_ns = no_deadline;
        std::int64_t prepares_until_ns = no_deadline;
        std::int64_t most_ns = 0;
        /// What comes before that does not come too early: the block of the tick is late, or there is no rhythm yet.
        bool late = false;
    };
    /// [child] `due_ns`: the tick as it stands (0: none), so many `periods` after the one before that was given here.
    /// One that is past tells of a block that did not come in time: the next one is expected a period after it, for two
    /// seconds. One tick is no rhythm yet: after the first the plan is a look at the next, which comes when that is
    /// due.
    Plan plan(std::int64_t due_ns, std::int64_t now_ns, std::uint32_t periods = 1) noexcept;

    /// [child] Looks until `arrived()` says true, at most for the plan's time. True: it arrived.
    template <typename Arrived>
    bool poll(const Plan& plan, Arrived&& arrived) noexcept {
        const std::int64_t begun = now_ns();
        bool met = arrived();
        for (std::int64_t now = begun; !met && now - begun < plan.most_ns; now = now_ns()) {
            for (int look = 0; look < looks_per_clock && !met; ++look) {
                relax();
                met = arrived();
            }
        }
        const std::int64_t spent = now_ns() - begun;
        polled_ns_ += static_cast<std::uint64_t>(spent);
        budget_ns_ = std::max<std::int64_t>(budget_ns_ - spent, 0);
        if (met) {
            learn(false);
        }
        return met;
    }
    /// [child] It slept until the plan's time; so much later it is about to poll.
    void began_after(std::int64_t ns) noexcept;
    /// [child] The block came while this side still slept (or was busy with something of its own).
    void overslept() noexcept { learn(true); }

    /// [child] The guard time now in use, ns.
    [[nodiscard]] std::int64_t guard_ns() const noexcept { return guard_ns_; }
    /// [child] Spent polling so far, ns.
    [[nodiscard]] std::uint64_t polled_ns() const noexcept { return polled_ns_; }

private:
    static constexpr int looks_per_clock = 8;  // reading the clock costs as much as many looks

    void learn(bool too_late) noexcept;
    void learn_period(std::int64_t interval) noexcept;
    [[nodiscard]] std::int64_t longest_guard() const noexcept;
    /// A period has begun.
    void earn() noexcept { budget_ns_ = std::min(budget_ns_ + most_ns(), 2 * most_ns()); }
    [[nodiscard]] std::int64_t most_ns() const noexcept {
        return static_cast<std::int64_t>(options_.most_share * static_cast<double>(period_ns_));
    }

    const Options options_;
    std::int64_t guard_ns_ = options_.guard_ns != 0 ? options_.guard_ns : 100'000;
    std::int64_t tick_ns_ = 0;      ///< the latest that was seen
    std::int64_t due_ns_ = 0;       ///< expected now: the tick, or some periods after one that is past
    std::int64_t interval_ns_ = 0;  ///< between the latest two ticks
    std::int64_t period_ns_ = 0;    ///< of the rhythm that they are in
    std::int64_t budget_ns_ = 0;    ///< what polling may take now
    std::int64_t delay_ns_ = 0;     ///< from the end of a sleep to the polling, in every second round at least
    std::uint64_t polled_ns_ = 0;
};

}  // namespace outboard::ipc
