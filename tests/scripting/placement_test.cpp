// Where children run: those that poll on another core than the callback; but one whose core has something else to do on
// the callback's. Not built with sanitizers, which make blocks so slow that no rhythm is kept.

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "rhythm.h"

namespace outboard::scripting {
namespace {

using namespace testing;

using PlacementTest = Rhythm;

TEST_F(PlacementTest, OneThatPollsOnTheCallbacksCoreIsSentAwayAndIsNotBoundToAnother) {
    rig.load(std::string(OUTBOARD_FACTORY) + "/passthrough.py");
    const auto cores_of_child = [&] {
        cpu_set_t cores;
        CPU_ZERO(&cores);
        ::sched_getaffinity(static_cast<pid_t>(figures().pid), sizeof cores, &cores);
        return cores;
    };
    const int cores = usable_cores();
    std::uint64_t met = 0;
    bool moved = false;
    const auto done = [&] {
        if (!moved && figures().met_polling >= 50) {
            moved = true;
            cpu_set_t here;
            CPU_ZERO(&here);
            CPU_SET(::sched_getcpu(), &here);
            ::sched_setaffinity(static_cast<pid_t>(figures().pid), sizeof here, &here);
            met = figures().met_polling;
        }
        const cpu_set_t now = cores_of_child();
        return moved && figures().met_polling >= met + 100 && CPU_COUNT(&now) == cores;
    };
    EXPECT_EQ(run(4000, done, [&] { return next_key(); }), realtime && cores > 1);
    expect_nothing_lost();
}

/// Something on its core that is more urgent and takes long stands for what the system cannot interrupt.
TEST_F(PlacementTest, OneWhoseCoreDoesNotTakeItUpIsFetchedToTheCallbacks) {
    if (!realtime || usable_cores() < 2) {
        return;  // nobody polls then, and nobody is fetched
    }
    rig.load(std::string(OUTBOARD_FACTORY) + "/passthrough.py");
    const std::int64_t child = figures().pid;
    std::atomic<int> core{-1};  // to be taken for eight blocks; -2: it is over
    std::thread hog([&] {
        const sched_param parameters{callback_priority + 1};
        pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
        for (;;) {
            core.wait(-1);
            if (core == -2) {
                return;
            }
            keep_on_core(0, core);
            keep_on_core(child, core);
            for (const std::int64_t end = ipc::now_ns() + 8 * period_ns; ipc::now_ns() < end;) {
            }
            core = -1;
        }
    });
    int blocks = 0;
    const auto note = [&] {
        ++blocks;
        return next_key();
    };
    const auto fetched = [&] {  // after a block, when the child has gone to sleep
        const SlotFigures seen = figures();
        if (seen.met_polling >= 50 && seen.state == SlotState::live && seen.realtime && blocks % 30 == 0) {
            core = ::sched_getcpu() == 0 ? 1 : 0;
            core.notify_all();
        }
        return seen.fetched > 0;
    };
    EXPECT_TRUE(run(4000, fetched, note));
    while (core != -1) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    core = -2;
    core.notify_all();
    hog.join();
    expect_nothing_lost();
}

}  // namespace
}  // namespace outboard::scripting
