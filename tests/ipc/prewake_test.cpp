// Prewaker: when the child wakes up by itself, what it learns, and that a polling peer is met without a wake-up.
#include "ipc/prewake.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>

#include "ipc/clock.h"
#include "ipc/shared_memory_pipe.h"
#include "watchdog.h"
#include "worked.h"

namespace outboard::ipc {
namespace {

constexpr std::int64_t us = 1000;
constexpr std::int64_t period = 1333 * us;

TEST(Prewaker, KnowsNothingBeforeTwoTicks) {
    Prewaker prewaker({});
    EXPECT_EQ(prewaker.plan(0, 5 * period).wake_ns, no_deadline);
    const Prewaker::Plan look = prewaker.plan(10 * period, 9 * period);
    EXPECT_EQ(look.wake_ns, 10 * period + period / 2) << "one tick is no rhythm, but the next one will be there then";
    EXPECT_EQ(look.most_ns, 0);
    EXPECT_TRUE(look.late) << "nothing is learned from it";
    EXPECT_EQ(prewaker.plan(10 * period, look.wake_ns).wake_ns, no_deadline) << "it did not come";
    const Prewaker::Plan plan = prewaker.plan(11 * period, 10 * period);
    EXPECT_LT(plan.wake_ns, 11 * period);
    EXPECT_GT(plan.wake_ns, 10 * period);
    EXPECT_GT(plan.wake_ns + plan.most_ns, 11 * period) << "a block may come a little late";
    EXPECT_GT(plan.prepares_until_ns, plan.wake_ns);
    EXPECT_LT(plan.prepares_until_ns, 11 * period) << "who wakes up late is there for the call first";
}

TEST(Prewaker, ATickThatDoesNotComeIsExpectedAPeriodLater) {
    Prewaker prewaker({.guard_ns = 50 * us});
    static_cast<void>(prewaker.plan(10 * period, 9 * period));
    const Prewaker::Plan first = prewaker.plan(11 * period, 10 * period);
    EXPECT_EQ(first.wake_ns, 11 * period - 50 * us);
    const Prewaker::Plan second = prewaker.plan(11 * period, first.wake_ns + first.most_ns + 1);
    EXPECT_EQ(second.wake_ns, 12 * period - 50 * us);
    EXPECT_EQ(prewaker.plan(11 * period, 14 * period - period / 2).wake_ns, 14 * period - 50 * us);
    EXPECT_EQ(prewaker.plan(11 * period, 11 * period + 2'100'000 * us).wake_ns, no_deadline) << "the host has stopped";
    EXPECT_EQ(prewaker.plan(0, 14 * period).wake_ns, no_deadline) << "the host wishes no pre-waking";
}

TEST(Prewaker, ABlockOutOfTheRhythmIsNoOtherRhythm) {
    Prewaker prewaker({.guard_ns = 50 * us});
    const auto next_after = [&](std::int64_t due) {  // and that one does not come: what is then expected
        const Prewaker::Plan first = prewaker.plan(due, due - 100 * us);
        return prewaker.plan(due, first.wake_ns + first.most_ns + 1).wake_ns + 50 * us - due;
    };
    static_cast<void>(prewaker.plan(10 * period, 9 * period));
    EXPECT_EQ(next_after(11 * period), period);
    EXPECT_EQ(next_after(20 * period), period) << "after a gap";
    EXPECT_EQ(next_after(20 * period + 200 * us), period) << "the one that makes up for it";
    EXPECT_EQ(next_after(21 * period + 200 * us), period);
    EXPECT_EQ(next_after(23 * period + 200 * us), period);
    EXPECT_EQ(next_after(25 * period + 200 * us), 2 * period) << "the second at that distance: another length of block";
}

TEST(Prewaker, ATickThatIsManyBlocksAfterTheOneBeforeTellsHowLongOneIs) {
    Prewaker prewaker({.guard_ns = 50 * us});
    const auto next_after = [&](std::int64_t due, std::uint32_t periods) {
        const Prewaker::Plan first = prewaker.plan(due, due - 100 * us, periods);
        return prewaker.plan(due, first.wake_ns + first.most_ns + 1).wake_ns + 50 * us - due;
    };
    static_cast<void>(prewaker.plan(10 * period, 9 * period));
    EXPECT_EQ(next_after(11 * period, 1), period);
    EXPECT_EQ(next_after(75 * period, 64), period);
    EXPECT_EQ(next_after(139 * period, 64), period) << "twice the same distance, and no other rhythm";
    EXPECT_EQ(next_after(139 * period + 128 * period, 64), period);
    EXPECT_EQ(next_after(139 * period + 256 * period, 64), 2 * period) << "blocks of another length";
}

/// Blocks that come `late` after their tick, in a rhythm; how long was polled for them.
class Rhythm {
public:
    explicit Rhythm(Prewaker& prewaker) : prewaker_(prewaker) {
        static_cast<void>(prewaker_.plan(10 * period, 9 * period));
        static_cast<void>(prewaker_.plan(11 * period, 10 * period));
    }
    /// What a block may take of polling, and what it takes: all of it if the block comes later than that.
    std::int64_t block(std::int64_t late) {
        const Prewaker::Plan plan = prewaker_.plan((number_ + 1) * period, number_ * period);
        ++number_;
        const std::int64_t until = std::min(number_ * period + late, plan.wake_ns + plan.most_ns);
        const std::int64_t takes = std::max<std::int64_t>(until - plan.wake_ns, 0);
        EXPECT_LE(takes, period * 2 / 5) << "twice its share";
        // poll() goes by the real clock: it is made to take as long.
        const std::int64_t begun = now_ns();
        prewaker_.poll({.wake_ns = 0, .most_ns = takes}, [&] { return now_ns() >= begun + takes; });
        return takes;
    }

private:
    Prewaker& prewaker_;
    std::int64_t number_ = 11;
};

TEST(Prewaker, PollingIsBoundedInItsShareOfTheTime) {
    Prewaker prewaker({.most_share = 0.2});
    Rhythm rhythm(prewaker);
    for (int i = 0; i < 100; ++i) {
        prewaker.overslept();  // however often it comes too late
    }
    std::int64_t polled = 0;
    constexpr int blocks = 100;
    for (int i = 0; i < blocks; ++i) {
        polled += rhythm.block(period);  // and however late the blocks are
    }
    EXPECT_LE(polled, (blocks + 2) * period / 5);
    EXPECT_GE(prewaker.guard_ns(), period / 10) << "and yet it grew to nearly all that it may";
}

TEST(Prewaker, WhatPunctualBlocksLeaveIsThereForALateOne) {
    Prewaker prewaker({.guard_ns = 0, .most_share = 0.2});
    Rhythm rhythm(prewaker);
    for (int i = 0; i < 20; ++i) {
        rhythm.block(0);
    }
    EXPECT_GT(rhythm.block(period), period * 3 / 10);
}

TEST(Prewaker, ABlockThatComesAfterItWasGivenUpIsNotTooEarly) {
    Prewaker prewaker({.most_share = 0.2});
    static_cast<void>(prewaker.plan(10 * period, 9 * period));
    const Prewaker::Plan plan = prewaker.plan(11 * period, 10 * period);
    EXPECT_FALSE(plan.late);
    EXPECT_TRUE(prewaker.plan(11 * period, plan.wake_ns + plan.most_ns + 1).late);
    EXPECT_FALSE(prewaker.plan(12 * period, 11 * period).late);
}

TEST(Prewaker, TheGuardSettlesWhereOneBlockIn200ComesTooEarly) {
    Prewaker prewaker({.most_share = 1.0});
    static_cast<void>(prewaker.plan(10 * period, 9 * period));
    static_cast<void>(prewaker.plan(11 * period, 10 * period));
    // Wake-ups take 20 to 119 µs, evenly spread; a guard of g is enough for those that take less.
    std::uint64_t state = 1;
    double sum = 0;
    int early = 0;
    const int rounds = 200'000;
    for (int i = 0; i < rounds; ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        const std::int64_t delay = 20 * us + static_cast<std::int64_t>((state >> 40) % 100'000);
        const bool in_time = delay <= prewaker.guard_ns();
        if (in_time) {
            prewaker.poll({.wake_ns = 0}, [] { return true; });
        } else {
            prewaker.overslept();
            ++early;
        }
        sum += static_cast<double>(prewaker.guard_ns());
    }
    EXPECT_NEAR(static_cast<double>(early) / rounds, 1.0 / 200, 0.001);
    EXPECT_NEAR(sum / rounds, 119.5 * us, 20 * us);
}

/// A system that takes long to wake a thread, and a child that then prepares itself, poll for no longer because of it:
/// the guard grows by what they take, and what polling may take is left whole.
TEST(Prewaker, SlowWakeUpsTakeNothingOfWhatPollingMay) {
    Prewaker prewaker({.most_share = 0.2});
    static_cast<void>(prewaker.plan(10 * period, 9 * period));
    for (std::int64_t block = 11; block < 3000; ++block) {
        const Prewaker::Plan plan = prewaker.plan((block + 1) * period, block * period);
        const std::int64_t begins = plan.wake_ns + 300 * us;
        prewaker.began_after(300 * us);
        if (begins > (block + 1) * period) {
            prewaker.overslept();
        } else {
            EXPECT_LE((block + 1) * period - begins, period / 5) << "before the block is due";
            prewaker.poll({.wake_ns = 0}, [] { return true; });
        }
    }
    const Prewaker::Plan plan = prewaker.plan(3001 * period, 3000 * period);
    EXPECT_GT(3001 * period - plan.wake_ns, 300 * us) << "it is awake in time";
    EXPECT_GE(plan.wake_ns + 300 * us + plan.most_ns, 3001 * period + period / 5) << "and may wait for a late block";
}

TEST(Prewaker, AFixedGuardDoesNotLearn) {
    Prewaker prewaker({.guard_ns = 70 * us});
    prewaker.overslept();
    prewaker.poll({.wake_ns = 0}, [] { return true; });
    EXPECT_EQ(prewaker.guard_ns(), 70 * us);
}

// Two threads of one process stand for the two processes. The machine may be busy and the peer at normal priority, so
// only what is certain is asserted: nothing is lost, and posts that met a polling peer were counted as such.
TEST(PrewokenPipe, EveryCallIsAnsweredInARhythmWithGapsAndPauses) {
    const test::Watchdog watchdog;
    auto pair = SharedMemoryPipe::create();
    auto host = std::move(pair.host);
    auto child = SharedMemoryPipe::open(std::move(pair.child));
    child->prewake({}, [](const Pipe::Came&) {});
    std::thread peer([&] {
        std::array<std::byte, 8> message{};
        while (child->receive(message, no_deadline).status == Status::ok) {
            child->send(message);
        }
    });
    host->set_spin(20 * us);
    const std::int64_t block = 1'000 * us;
    int called = 0;
    std::int64_t due = now_ns();
    for (std::uint64_t i = 0; i < 1500; ++i) {
        due += block;
        if (i == 700) {
            host->tick(0);  // no pre-waking for a while
        }
        std::this_thread::sleep_for(std::chrono::nanoseconds(std::max<std::int64_t>(due - now_ns(), 0)));
        const bool call = i < 500 || i % 20 == 0;
        if (call) {
            ++called;
            std::array<std::byte, 8> message{};
            std::memcpy(message.data(), &i, 8);
            ASSERT_EQ(host->send(message), Status::ok);
        }
        if (i < 700 || i > 900) {
            host->tick(due + block);
        }
        if (call) {
            std::array<std::byte, 8> answer{};
            const Received received = host->receive(answer, now_ns() + 5'000'000'000);
            ASSERT_EQ(received.status, Status::ok) << "block " << i;
            std::uint64_t back = 0;
            std::memcpy(&back, answer.data(), 8);
            ASSERT_EQ(back, i);
        }
    }
    const Pipe::PrewakeFigures figures = host->prewake_figures();
    EXPECT_LE(figures.met_polling + figures.woke, static_cast<std::uint64_t>(called));
    EXPECT_GT(figures.met_polling, 0U);
    EXPECT_GT(figures.polled_ns, 0U);
    host->close();
    peer.join();
}

TEST(PrewokenPipe, IsAwakeSoonAfterARhythmBeginsWithoutACallInIt) {
    const test::Watchdog watchdog;
    auto pair = SharedMemoryPipe::create();
    auto host = std::move(pair.host);
    auto child = SharedMemoryPipe::open(std::move(pair.child));
    child->prewake({}, {});
    std::thread peer([&] {
        std::array<std::byte, 8> message{};
        while (child->receive(message, no_deadline).status == Status::ok) {
            child->send(message);
        }
    });
    const auto call = [&] {
        std::array<std::byte, 8> message{};
        ASSERT_EQ(host->send(message), Status::ok);
        ASSERT_EQ(host->receive(message, now_ns() + 5'000'000'000).status, Status::ok);
    };
    std::uint64_t polled = 0;
    for (int pause = 0; pause < 3; ++pause) {
        host->tick(0);
        call();
        call();
        std::int64_t due = now_ns();
        for (int i = 0; i < 5'000 && host->prewake_figures().polled_ns < polled + 50 * us; ++i) {
            due += 1'000 * us;
            host->tick(due);
            std::this_thread::sleep_for(std::chrono::nanoseconds(std::max<std::int64_t>(due - now_ns(), 0)));
        }
        EXPECT_GE(host->prewake_figures().polled_ns, polled + 50 * us) << "pause " << pause;
        host->tick(0);
        call();
        polled = host->prewake_figures().polled_ns;
    }
    host->close();
    peer.join();
}

TEST(PrewokenPipe, RestsWhileItNeedNotBeAwakeAndKeepsTheRhythm) {
    const test::Watchdog watchdog;
    auto pair = SharedMemoryPipe::create();
    auto host = std::move(pair.host);
    auto child = SharedMemoryPipe::open(std::move(pair.child));
    std::atomic<int> prepared{0}, news{0};
    child->prewake({}, [&](const Pipe::Came&) { ++prepared; });
    std::thread peer([&] {
        std::array<std::byte, 8> message{};
        for (;;) {
            const Received received = child->receive(message, now_ns() + 5'000 * us);
            if (received.status == Status::ok && received.size == message.size()) {
                child->send(message);
            } else if (received.status == Status::ok) {
                ++news;
            } else if (received.status != Status::timed_out) {
                return;
            }
        }
    });
    const std::int64_t block = 1'000 * us;
    std::int64_t due = now_ns();
    const auto next_block = [&](Wake wake) {
        due = std::max(due, now_ns()) + block;
        host->tick(due, wake);
        std::this_thread::sleep_for(std::chrono::nanoseconds(std::max<std::int64_t>(due - now_ns(), 0)));
    };
    const auto polled_us = [&] { return static_cast<std::int64_t>(host->prewake_figures().polled_ns / 1000); };
    for (int i = 0; i < 50; ++i) {
        next_block(Wake::no);
    }
    EXPECT_EQ(polled_us(), 0);
    EXPECT_EQ(prepared, 0);
    // Also when what waits to be read is no call.
    ASSERT_EQ(host->send(std::array<std::byte, 4>{}, Wake::no), Status::ok);
    while (prepared == 0) {
        host->prepare();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(news, 1);
    EXPECT_EQ(polled_us(), 0) << "it sleeps again when it has prepared itself";
    while (polled_us() < 1'000) {
        next_block(Wake::yes);
    }
    // Twice the same pause: should that be taken for the rhythm, it would poll for a fifth of it and more.
    for (int pause = 0; pause < 4; ++pause) {
        for (int i = 0; i < 200; ++i) {
            next_block(Wake::no);
        }
        const std::int64_t before = polled_us(), since = now_ns();
        next_block(Wake::yes);
        std::this_thread::sleep_for(std::chrono::milliseconds(60));  // and no block comes
        next_block(Wake::no);
        // Of each millisecond 0.2 may be polled, and 0.4 once; the machine may be busy.
        EXPECT_LT(polled_us() - before, 2'000 + (now_ns() - since) / us * 2 / 5) << "pause " << pause;
    }
    host->close();
    peer.join();
}

/// A host in a rhythm of 100 ms and a child with a guard of 400, so that it polls all the time, after its first call.
class PollingChild : public ::testing::Test {
protected:
    void begin(const Pipe::WarmUp& warm_up) {
        child->prewake({.guard_ns = 400'000'000, .most_share = 1.0}, [this, warm_up](const Pipe::Came& came) {
            polls = true;
            if (warm_up) {
                warm_up(came);
            }
        });
        peer = std::thread([this] {
            std::array<std::byte, 8> message{};
            while ((ended_by = child->receive(message, no_deadline).status) == Status::ok) {
                ++received;
            }
        });
        for (std::int64_t due = now_ns(); !polls; due += 100'000'000) {
            host->tick(due);
            call();
        }
    }
    void call() {
        const int before = received;
        ASSERT_EQ(host->send(std::array<std::byte, 8>{}), Status::ok);
        while (received == before) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }

    const test::Watchdog watchdog;
    SharedMemoryPipe::Pair pair = SharedMemoryPipe::create();
    std::unique_ptr<Pipe> host = std::move(pair.host);
    std::unique_ptr<SharedMemoryPipe> child = SharedMemoryPipe::open(std::move(pair.child));
    std::thread peer;
    std::atomic<int> received{0};
    std::atomic<bool> polls{false};
    Status ended_by = Status::ok;
};

TEST_F(PollingChild, TellsItsWarmUpThatACallHasCome) {
    begin([&](const Pipe::Came& came) {
        while (!came()) {
        }
    });
    for (int i = 0; i < 10; ++i) {
        call();
    }
    host->close();
    peer.join();
    EXPECT_EQ(ended_by, Status::closed);
}

/// It is below something more urgent on its core, for all that its host knows.
TEST_F(PollingChild, IsNotWaitedForWithoutSleepWhenItDoesNotRead) {
    std::atomic<bool> holds{false};
    std::atomic<bool> held{false};
    begin([&](const Pipe::Came&) {
        while (holds) {
            held = true;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    });
    holds = true;
    host->tick(now_ns() + 100'000'000);
    while (!held) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    host->set_spin(10'000'000'000);
    ASSERT_EQ(host->send(std::array<std::byte, 8>{}), Status::ok);
    const std::int64_t before = test::worked_ns();
    std::array<std::byte, 8> answer{};
    EXPECT_EQ(host->receive(answer, now_ns() + 400'000'000).status, Status::timed_out);
    EXPECT_LT(test::worked_ns() - before, 50'000'000) << "of 400 ms";
    holds = false;
    host->close();
    peer.join();
}

TEST_F(PollingChild, EndsItsPollingWhenTheHostCloses) {
    begin({});
    host->close();
    peer.join();
    EXPECT_EQ(ended_by, Status::closed);
    EXPECT_GT(host->prewake_figures().polled_ns, 0U);
}

TEST_F(PollingChild, EndsItsPollingWhenTheHostDies) {
    begin({});
    child->mark_dead();
    peer.join();
    EXPECT_EQ(ended_by, Status::peer_died);
    EXPECT_GT(host->prewake_figures().polled_ns, 0U);
}

}  // namespace
}  // namespace outboard::ipc
