// Priorities: children below the callback, awake before they are called, demoted when late. With the right to
// real-time priority these tests have real children with it; without, they check that everything goes on as usual.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <span>

#include "rhythm.h"

namespace outboard::scripting {
namespace {

using namespace testing;

using SchedulingTest = Rhythm;

TEST_F(SchedulingTest, ACallThatIsDueMeetsAnAwakeChild) {
    rig.load(std::string(OUTBOARD_FACTORY) + "/passthrough.py");
    const auto enough = [&] { return figures().met_polling >= 100; };
    EXPECT_EQ(run(3000, enough, [&] { return next_key(); }), realtime);
    const SlotFigures seen = figures();
    EXPECT_EQ(seen.realtime, realtime);
    EXPECT_EQ(seen.polled_seconds > 0, realtime) << "who has no real-time priority does not poll";
    EXPECT_EQ(policy_of(seen.pid), realtime ? SCHED_FIFO : SCHED_OTHER);
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

/// Each is called in its turn, by what was foreseen in the block before.
TEST_F(SchedulingTest, OfMoreScriptsThanCoresTheOneThatIsCalledNextIsAwake) {
    const std::string script = std::string(OUTBOARD_FACTORY) + "/passthrough.py";
    rig.load(script);
    std::vector<ScriptSlot*> slots{&rig.slot};
    for (int i = 0; i < std::min(usable_cores(), 15); ++i) {
        slots.push_back(&rig.host.add_slot("other", 0, static_cast<std::uint32_t>(i + 1)));
        slots.back()->load(script, {});
        ASSERT_FALSE(slots.back()->wait_loaded(std::chrono::seconds(20)));
    }
    const std::span others = std::span(slots).subspan(1);
    std::size_t number = 0;
    const auto turn = [&](std::size_t block) { return slots[block / 4 % slots.size()]; };  // every fourth block calls
    BlockInfo info;
    rig.before_post = [&] {
        if (number % 4 == 3) {
            turn(number + 1)->foresee(Kind::note_on);
        }
        info = {number, rig.now, 128, ipc::now_ns(), &rig.clock};
        for (ScriptSlot* slot : others) {
            slot->begin(info);
            if (number % 4 == 0 && slot == turn(number)) {
                slot->push(note_on(info.start, 60));
            }
            slot->post();
        }
    };
    rig.before_tick = [&] {
        for (ScriptSlot* slot : others) {
            slot->tick(info.callback_start_ns + period_ns);
        }
    };
    const auto input = [&] {
        return number % 4 == 0 && turn(number) == &rig.slot ? std::vector<Event>{note_on(rig.now, 60)}
                                                            : std::vector<Event>{};
    };
    const auto all_met = [&] {
        for (ScriptSlot* slot : others) {
            slot->collect(ipc::now_ns() + period_ns / 4);
        }
        ++number;
        return std::ranges::all_of(slots, [](const ScriptSlot* slot) { return slot->figures().met_polling >= 30; });
    };
    const bool poll = realtime && usable_cores() > 1;
    EXPECT_EQ(run(poll ? 8000 : 200, all_met, input), poll);
    expect_nothing_lost();
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
