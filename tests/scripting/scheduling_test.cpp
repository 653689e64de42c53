// Priorities: children below the callback, awake before they are called, demoted when late. With the right to
// real-time priority these tests have real children with it; without, they check that everything goes on as usual.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "realtime_right.h"
#include "rig.h"

namespace outboard::scripting {
namespace {

using namespace testing;

constexpr int callback_priority = 30;
constexpr std::int64_t period_ns = 2'666'667;

int policy_of(std::int64_t pid) {
    return ::sched_getscheduler(static_cast<pid_t>(pid)) & ~SCHED_RESET_ON_FORK;
}

/// An engine of blocks in a rhythm, on a thread with the callback's priority if that is allowed.
class SchedulingTest : public ::testing::Test {
protected:
    SchedulingTest() : rig(options("shm", false)) {
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
    SlotFigures figures() { return rig.slot.figures(); }
    void expect_nothing_lost() {
        const SlotFigures seen = figures();
        EXPECT_EQ(seen.events_pushed, seen.events_settled + seen.events_kept);
    }

    bool told_ = false;
    const bool realtime = may_be_realtime(callback_priority);
    Folder folder;
    Rig rig;
};

TEST_F(SchedulingTest, ACallThatIsDueMeetsAnAwakeChild) {
    rig.load(std::string(OUTBOARD_FACTORY) + "/passthrough.py");
    int key = 0;
    const auto enough = [&] { return figures().met_polling >= 100; };
    const auto note = [&] {
        key = (key + 1) % 2;
        return std::vector<Event>{key == 1 ? note_on(rig.now, 60) : note_off(rig.now, 60)};
    };
    EXPECT_EQ(run(3000, enough, note), realtime);
    const SlotFigures seen = figures();
    EXPECT_EQ(seen.realtime, realtime);
    EXPECT_EQ(seen.polled_seconds > 0, realtime) << "who has no real-time priority does not poll";
    EXPECT_EQ(policy_of(seen.pid), realtime ? SCHED_FIFO : SCHED_OTHER);
    expect_nothing_lost();
}

TEST_F(SchedulingTest, OneThatPollsOnTheCallbacksCoreIsSentAwayAndIsNotBoundToAnother) {
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
    int key = 0;
    const auto note = [&] {
        key = (key + 1) % 2;
        return std::vector<Event>{key == 1 ? note_on(rig.now, 60) : note_off(rig.now, 60)};
    };
    EXPECT_EQ(run(4000, done, note), realtime && cores > 1);
    expect_nothing_lost();
}

/// Something on its core that is more urgent and takes long stands for what the system cannot interrupt.
TEST_F(SchedulingTest, OneWhoseCoreDoesNotTakeItUpIsFetchedToTheCallbacks) {
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
        return std::vector<Event>{++blocks % 2 == 1 ? note_on(rig.now, 60) : note_off(rig.now, 60)};
    };
    const auto fetched = [&] {  // after a block, when the child has gone to sleep
        const SlotFigures seen = figures();
        if (seen.met_polling >= 50 && seen.state == SlotState::live && seen.realtime && blocks % 30 == 0) {
            core = ::sched_getcpu() == 0 ? 1 : 0;
            core.notify_all();
        }
        return seen.fetched >= 3;
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

TEST_F(SchedulingTest, AChildThatIsNotCalledStopsPolling) {
    rig.load(std::string(OUTBOARD_FACTORY) + "/passthrough.py");
    double polled = -1;
    std::int64_t looked = 0;
    // Three seconds of blocks without an event; then a second in which nothing is polled.
    run(1125, [] { return false; });
    run(375, [&] {
        if (looked++ == 0) {
            polled = figures().polled_seconds;
        }
        return false;
    });
    EXPECT_EQ(figures().polled_seconds, polled);
}

TEST_F(SchedulingTest, WithoutPrewakeNothingPolls) {
    ScriptHost::Options without = options("shm", false);
    without.prewake_guard_ns.reset();
    Rig plain(without);
    plain.period_ns = period_ns;
    plain.load(std::string(OUTBOARD_FACTORY) + "/passthrough.py");
    plain.host.set_callback_thread({SCHED_FIFO, callback_priority, 0, -1});
    for (int i = 0; i < 100; ++i) {
        plain.block(128, {note_on(plain.now, 60), note_off(plain.now + 1, 60)});
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(plain.slot.figures().met_polling, 0U);
    EXPECT_EQ(plain.slot.figures().polled_seconds, 0);
}

TEST_F(SchedulingTest, BeingLateIsPaidWithPriorityAndItComesBack) {
    rig.load(folder.write("burn.py",
                          "import time\nfrom outboard import NoteOn, on\n@on.note\ndef note(e: NoteOn) -> None:\n"
                          "    end = time.perf_counter() + 0.04\n    while time.perf_counter() < end:\n        pass\n"
                          "    e.forward()\n"));
    // The first call of a new child is cold and may be late itself.
    run(2000, [&] { return rig.now > 50 * 128 && figures().realtime; });
    const std::uint64_t before = figures().demotions;
    bool sent = false;
    int policy = SCHED_FIFO;
    const auto demoted = [&] {
        if (figures().demotions > before) {
            policy = policy_of(figures().pid);
        }
        return figures().demotions > before;
    };
    const auto once = [&] {
        return std::exchange(sent, true) ? std::vector<Event>{} : std::vector<Event>{note_on(rig.now, 60)};
    };
    EXPECT_EQ(run(500, demoted, once), realtime);
    if (realtime) {
        EXPECT_EQ(policy, SCHED_OTHER);
        EXPECT_TRUE(run(2000, [&] { return figures().realtime; })) << "in time again, it gets its priority back";
        EXPECT_EQ(policy_of(figures().pid), SCHED_FIFO);
    }
    EXPECT_EQ(figures().restarts, 0U);
    expect_nothing_lost();
}

// The watchdog looks every 10 ms at what it knows: AddressSanitizer sees it when that is gone.
TEST_F(SchedulingTest, ASlotThatIsRemovedWithItsLiveScriptIsForgotten) {
    for (std::uint32_t i = 1; i <= 3; ++i) {
        ScriptSlot& other = rig.host.add_slot("other", 0, i);
        other.load(std::string(OUTBOARD_FACTORY) + "/passthrough.py", {});
        ASSERT_FALSE(other.wait_loaded(std::chrono::seconds(20)));
        rig.host.remove_slot(other);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    rig.load(std::string(OUTBOARD_FACTORY) + "/passthrough.py");
    run(20, [] { return false; });
    EXPECT_EQ(figures().restarts, 0U);
}

TEST_F(SchedulingTest, EndlessLoopsOnEveryCoreAreEndedWhileTheBlocksGoOn) {
    const std::string script = folder.write(
        "loop.py", "from outboard import NoteOn, on\n@on.note\ndef note(e: NoteOn) -> None:\n    while True: pass\n");
    rig.load(script);
    std::vector<ScriptSlot*> others;
    for (unsigned i = 1; i < std::max(2U, std::thread::hardware_concurrency()); ++i) {
        others.push_back(&rig.host.add_slot("other", 0, i));
        others.back()->load(script, {});
        ASSERT_FALSE(others.back()->wait_loaded(std::chrono::seconds(20)));
    }
    std::uint64_t number = 0;
    bool sent = false;
    const auto all_ended = [&] {
        // The other slots' part of the block.
        BlockInfo info{number++, rig.now - 128, 128, ipc::now_ns(), &rig.clock};
        for (ScriptSlot* slot : others) {
            slot->begin(info);
            if (!sent) {
                slot->push(note_on(info.start, 60));
            }
            slot->post();
            slot->collect(ipc::now_ns() + period_ns / 4);
        }
        sent = true;
        bool ended = figures().restarts > 0;
        for (const ScriptSlot* slot : others) {
            ended = ended && slot->figures().restarts > 0;
        }
        return ended;
    };
    bool first = false;
    const auto once = [&] {
        return std::exchange(first, true) ? std::vector<Event>{} : std::vector<Event>{note_on(rig.now, 60)};
    };
    EXPECT_TRUE(run(4000, all_ended, once));
    // Where it was is told unless a second loop on the same core leaves it no time to.
    const auto ended = ::testing::ElementsAre(::testing::StartsWith("no answer for 500 ms"));
    EXPECT_THAT(figures().reasons, ended);
    for (const ScriptSlot* slot : others) {
        EXPECT_THAT(slot->figures().reasons, ended);
    }
    expect_nothing_lost();
}

}  // namespace
}  // namespace outboard::scripting
