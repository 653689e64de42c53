// Where children run: those that poll on another core than the callback; but one whose core has something else to do on
// the callback's. Not built with sanitizers, which make blocks so slow that no rhythm is kept.

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "rhythm.h"

namespace outboard::scripting {
namespace {

using namespace testing;

using PlacementTest = Rhythm;

/// It polls where the callback is about to run, and is pushed aside there: it goes on elsewhere and is met there.
TEST_F(PlacementTest, OneThatPollsOnTheCallbacksCoreIsMetElsewhereAndIsNotBoundToAnother) {
    rig.load(std::string(OUTBOARD_FACTORY) + "/passthrough.py");
    const auto child = [&] { return static_cast<pid_t>(figures().pid); };
    const auto bound_to_a_core = [&] {
        cpu_set_t cores;
        CPU_ZERO(&cores);
        ::sched_getaffinity(child(), sizeof cores, &cores);
        return CPU_COUNT(&cores) < usable_cores();
    };
    std::uint64_t met = 0;
    bool moved = false;
    const auto done = [&] {
        if (!moved && figures().met_polling >= 50 && !bound_to_a_core()) {
            moved = true;
            cpu_set_t before;
            cpu_set_t here;
            ::sched_getaffinity(child(), sizeof before, &before);
            CPU_ZERO(&here);
            CPU_SET(::sched_getcpu(), &here);
            ::sched_setaffinity(child(), sizeof here, &here);
            ::sched_setaffinity(child(), sizeof before, &before);
            met = figures().met_polling;
        }
        return moved && figures().met_polling >= met + 100 && !bound_to_a_core();
    };
    EXPECT_EQ(run(4000, done, [&] { return next_key(); }), realtime && usable_cores() > 1);
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

/// Something that comes up a little before each block on a core of its own, is above the callback and takes a moment:
/// a sound server.
class Server {
public:
    explicit Server(int core) : core_(core) {}
    ~Server() {
        over_ = true;
        thread_.join();
    }
    /// [rt] The next block is due then.
    void expect(std::int64_t due_ns) { due_ns_ = due_ns; }

private:
    void serve() {
        const sched_param parameters{callback_priority + 10};
        pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
        keep_on_core(0, core_);
        for (std::int64_t served = 0; !over_;) {
            const std::int64_t due = due_ns_;
            const std::int64_t next = due > served ? due - 40'000 : ipc::now_ns() + 100'000;
            const timespec time{next / 1'000'000'000, next % 1'000'000'000};
            ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
            if (due > served) {
                served = due;
                for (const std::int64_t end = ipc::now_ns() + 20'000; ipc::now_ns() < end;) {
                }
            }
        }
    }

    const int core_;
    std::atomic<std::int64_t> due_ns_{0};
    std::atomic<bool> over_{false};
    std::thread thread_{[this] { serve(); }};
};

/// The callback's and the script's core are not the same, and the server has the script's.
class ServerTest : public PlacementTest {
protected:
    /// Runs until the callback's core is the server's, at most so many blocks; `pause` after which of them.
    bool callback_joins_server(int most, const std::function<bool(int)>& pause) {
        rig.load(std::string(OUTBOARD_FACTORY) + "/passthrough.py");
        const std::int64_t child = figures().pid;
        std::optional<Server> server;
        int core = -1, blocks = 0;
        const auto joined = [&] {
            cpu_set_t cores;
            CPU_ZERO(&cores);
            ::sched_getaffinity(0, sizeof cores, &cores);
            return core >= 0 && CPU_COUNT(&cores) == 1 && CPU_ISSET(core, &cores);
        };
        const auto input = [&] {
            if (core < 0 && figures().met_polling >= 50) {
                core = ::sched_getcpu() == 0 ? 1 : 0;
                server.emplace(core);
            }
            if (core >= 0) {
                keep_on_core(child, core);  // of more than two the system would find another
                server->expect(ipc::now_ns() + period_ns);
            }
            if (pause(++blocks)) {
                std::this_thread::sleep_for(std::chrono::nanoseconds(3 * period_ns));
            }
            return next_key();
        };
        return run(most, joined, input);
    }
};

TEST_F(ServerTest, TheCallbackGoesToTheCoreOfTheServerThatPushesTheScriptAside) {
    if (realtime && usable_cores() > 1) {
        EXPECT_TRUE(callback_joins_server(9000, [](int) { return false; }));
        expect_nothing_lost();
    }
}

TEST_F(ServerTest, TheCallbackStaysWhereTheMachineStandsStillAgainAndAgain) {
    if (realtime && usable_cores() > 1) {
        EXPECT_FALSE(callback_joins_server(2500, [](int block) { return block % 60 == 0; }));
        expect_nothing_lost();
    }
}

}  // namespace
}  // namespace outboard::scripting
