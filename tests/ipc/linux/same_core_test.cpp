// A peer that polls on the core of the one who posts does not run at that moment: it counts as asleep, and nobody spins
// for its answer; unless it is pushed to another core meanwhile, and reads there.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include <sched.h>
#include <unistd.h>

#include "ipc/clock.h"
#include "ipc/core.h"
#include "ipc/shared_memory_pipe.h"
#include "watchdog.h"
#include "worked.h"

namespace outboard::ipc {
namespace {

bool stay_on(int core, pid_t thread = 0) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    return ::sched_setaffinity(thread, sizeof cores, &cores) == 0;
}

using test::worked_ns;

TEST(PrewokenPipe, APeerThatPollsOnTheSameCoreIsNotSpunFor) {
    const test::Watchdog watchdog;
    cpu_set_t before;
    ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
    const int core = this_core();
    ASSERT_GE(core, 0);
    auto pair = SharedMemoryPipe::create();
    auto host = std::move(pair.host);
    auto child = SharedMemoryPipe::open(std::move(pair.child));
    child->prewake({.guard_ns = 400'000'000, .most_share = 1.0}, {});
    std::atomic<bool> pinned{false};
    std::thread peer([&] {
        pinned = stay_on(core);
        std::array<std::byte, 8> message{};
        while (child->receive(message, no_deadline).status == Status::ok) {
            child->send(message);
        }
    });
    ASSERT_TRUE(stay_on(core));
    // A spin of ten seconds would be noticed: on one core nobody answers meanwhile but by the scheduler's grace.
    host->set_spin(10'000'000'000);
    std::int64_t due = now_ns();
    constexpr std::uint64_t calls = 20;
    for (std::uint64_t i = 0; i < calls; ++i) {
        due += 100'000'000;
        host->tick(due);  // a rhythm of 100 ms with a guard of 400: it polls all the time
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        std::array<std::byte, 8> message{};
        ASSERT_EQ(host->send(message), Status::ok);
        ASSERT_EQ(host->receive(message, now_ns() + 5'000'000'000).status, Status::ok) << "call " << i;
    }
    EXPECT_TRUE(pinned);
    const Pipe::PrewakeFigures figures = host->prewake_figures();
    EXPECT_EQ(figures.core, core);
    EXPECT_EQ(figures.met_polling, 0U);
    EXPECT_GE(figures.woke, calls / 2);
    host->close();
    peer.join();
    EXPECT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
}

TEST(PrewokenPipe, APeerThatWasPushedToAnotherCoreIsSpunFor) {
    const test::Watchdog watchdog;
    cpu_set_t before;
    ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
    ASSERT_GT(CPU_COUNT(&before), 1) << "this test needs two cores";
    const int core = this_core();
    int other = 0;
    while (other == core || !CPU_ISSET(other, &before)) {
        ++other;
    }
    auto pair = SharedMemoryPipe::create();
    auto host = std::move(pair.host);
    auto child = SharedMemoryPipe::open(std::move(pair.child));
    child->prewake({.guard_ns = 400'000'000, .most_share = 1.0}, {});
    std::atomic<pid_t> id{0};
    std::thread peer([&] {
        stay_on(core);
        id = ::gettid();
        std::array<std::byte, 8> message{};
        while (child->receive(message, no_deadline).status == Status::ok) {
            for (const std::int64_t begun = worked_ns(); worked_ns() - begun < 50'000'000;) {
            }
            child->send(message);
        }
    });
    while (id == 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_TRUE(stay_on(core));
    host->set_spin(10'000'000'000);
    constexpr std::uint64_t calls = 6;
    std::int64_t spun = 0;
    std::int64_t due = now_ns();
    for (std::uint64_t i = 0; i < calls; ++i) {
        due += 100'000'000;
        host->tick(due);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        std::array<std::byte, 8> message{};
        ASSERT_TRUE(stay_on(core, id));
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        ASSERT_EQ(host->send(message), Status::ok);
        ASSERT_TRUE(stay_on(other, id));
        while (host->pending() > 0) {
        }
        const std::int64_t began = worked_ns();
        ASSERT_EQ(host->receive(message, now_ns() + 5'000'000'000).status, Status::ok) << "call " << i;
        spun += worked_ns() - began;
    }
    // The machine may take a core away in between; who sleeps works for some microseconds.
    EXPECT_GT(spun, 25'000'000) << "of 300 ms";
    EXPECT_GE(host->prewake_figures().met_polling, calls - 2) << "two ticks are a rhythm";
    host->close();
    peer.join();
    EXPECT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
}

}  // namespace
}  // namespace outboard::ipc
