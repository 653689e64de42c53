// An engine of blocks in a rhythm, with the callback's priority if that is allowed.
#pragma once

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "realtime_right.h"
#include "rig.h"

namespace outboard::scripting::testing {

inline constexpr int callback_priority = 30;
inline constexpr std::int64_t period_ns = 2'666'667;

inline int policy_of(std::int64_t pid) {
    return ::sched_getscheduler(static_cast<pid_t>(pid)) & ~SCHED_RESET_ON_FORK;
}

/// An engine of blocks in a rhythm, on a thread with the callback's priority if that is allowed.
class Rhythm : public ::testing::Test {
protected:
    Rhythm() : rig(options("shm", false)) {
        rig.deadline_ns = period_ns / 2;
        rig.period_ns = period_ns;
    }

    /// Blocks until `done` says so, at most so many; `input` may give the events of a block.
    bool run(int most, const std::function<bool()>& done, const std::function<std::vector<Event>()>& input = {}) {
        bool reached = false;
        std::thread([&] {
            const sched_param parameters{callback_priority};
            pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
            if (!std::exchange(told_, true)) {
                rig.host.set_callback_thread(this_thread());  // each time it would forgive who was late
            }
            std::int64_t due = ipc::now_ns();
            for (int i = 0; i < most && !reached; ++i) {
                rig.block(128, input ? input() : std::vector<Event>{});
                reached = done();
                due = std::max(due + period_ns, ipc::now_ns());
                const timespec time{due / 1'000'000'000, due % 1'000'000'000};
                ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
            }
        }).join();
        return reached;
    }
    /// The events of a block: a key that goes down in one and up in the next.
    std::vector<Event> next_key() {
        down_ = !down_;
        return {down_ ? note_on(rig.now, 60) : note_off(rig.now, 60)};
    }
    SlotFigures figures() { return rig.slot.figures(); }
    void expect_nothing_lost() {
        const SlotFigures seen = figures();
        EXPECT_EQ(seen.events_pushed, seen.events_settled + seen.events_kept);
    }

    bool told_ = false;
    bool down_ = false;
    const bool realtime = may_be_realtime(callback_priority);
    Folder folder;
    Rig rig;
};

}  // namespace outboard::scripting::testing
