#include "ipc/semaphore.h"

#include <gtest/gtest.h>

#include <thread>

#include "ends.h"
#include "ipc/segment.h"
#include "ipc/shared_memory.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

struct Words {
    std::atomic<std::uint32_t> posts{0};
    std::atomic<std::uint32_t> waiting{0};
    Poster poster{posts, waiting};
    Waiter waiter{posts, waiting};
};

TEST(Semaphore, DoesNotWaitForAPostThatCameAlready) {
    const Watchdog watchdog;
    Words words;
    const std::uint32_t seen = words.waiter.posts();
    words.poster.post();
    words.waiter.wait(seen, no_deadline);
    EXPECT_EQ(words.waiter.posts(), seen + 1);
    EXPECT_EQ(words.waiting, 0U);
}

TEST(Semaphore, WaitsUntilTheDeadline) {
    const Watchdog watchdog;
    Words words;
    const std::int64_t deadline = in_ms(15);
    while (now_ns() < deadline) {  // a wait may end early, only not without end
        words.waiter.wait(words.waiter.posts(), deadline);
    }
    words.waiter.wait(words.waiter.posts(), deadline);  // in the past
    EXPECT_EQ(words.waiting, 0U);
}

TEST(Semaphore, LosesNoWakeUp) {
    const Watchdog watchdog;
    Words there;
    Words back;
    constexpr std::uint32_t rounds = 50'000;
    // Each side sleeps for every round, without deadline: one lost wake-up and both sleep for ever.
    const auto wait_for = [](Waiter& waiter, std::uint32_t seen) {
        while (waiter.posts() == seen) {
            waiter.wait(seen, no_deadline);
        }
    };
    std::thread other([&] {
        for (std::uint32_t i = 0; i < rounds; ++i) {
            wait_for(there.waiter, i);
            back.poster.post();
        }
    });
    for (std::uint32_t i = 0; i < rounds; ++i) {
        there.poster.post();
        wait_for(back.waiter, i);
    }
    other.join();
    EXPECT_EQ(there.posts, rounds);
    EXPECT_EQ(back.posts, rounds);
}

TEST(Semaphore, WakesAcrossProcessesAlsoOverReadOnlyMemory) {
    const Watchdog watchdog;
    constexpr std::uint32_t rounds = 20'000;
    const Descriptor to_child = SharedMemory::create("test to child", Segment::ring_offset);
    const Descriptor to_host = SharedMemory::create("test to host", Segment::ring_offset);
    const SharedMemory ours_memory = SharedMemory::map(to_child, SharedMemory::Access::read_write);
    const SharedMemory theirs_memory = SharedMemory::map(to_host, SharedMemory::Access::read_write);
    SharedMemory::forbid_new_writers(to_child);
    auto& ours = *::new (ours_memory.bytes().data()) Segment;
    auto& theirs = *::new (theirs_memory.bytes().data()) Segment;
    Poster poster(ours.posts, theirs.waiting);
    Waiter waiter(theirs.posts, ours.waiting);

    Process peer = start_peer({"semaphore", std::to_string(rounds)}, {{to_child.get(), 3}, {to_host.get(), 4}});
    for (std::uint32_t seen = 0; seen < rounds; ++seen) {
        poster.post();
        while (waiter.posts() == seen) {
            waiter.wait(seen, no_deadline);
        }
    }
    const auto exit = peer.wait(std::chrono::seconds(20));
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 0) << exit->describe();
}

TEST(Semaphore, SurvivesAWaiterThatDies) {
    const Watchdog watchdog;
    const Descriptor to_child = SharedMemory::create("test to child", Segment::ring_offset);
    const Descriptor to_host = SharedMemory::create("test to host", Segment::ring_offset);
    const SharedMemory ours_memory = SharedMemory::map(to_child, SharedMemory::Access::read_write);
    const SharedMemory theirs_memory = SharedMemory::map(to_host, SharedMemory::Access::read_write);
    auto& ours = *::new (ours_memory.bytes().data()) Segment;
    auto& theirs = *::new (theirs_memory.bytes().data()) Segment;
    Poster poster(ours.posts, theirs.waiting);
    const std::vector<std::pair<int, int>> descriptors{{to_child.get(), 3}, {to_host.get(), 4}};
    for (int round = 0; round < 20; ++round) {
        // Killed in its sleep, on the way to it or before it came so far; its flag stays up.
        Process dies = start_peer({"wait-for-ever"}, descriptors);
        const std::int64_t limit = in_ms(20'000);
        while (theirs.waiting == 0 && now_ns() < limit) {
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
        ASSERT_NE(theirs.waiting, 0U);
        std::this_thread::sleep_for(std::chrono::microseconds(round * 50));
        dies.kill();
        ASSERT_TRUE(dies.wait(std::chrono::seconds(20)));
        const std::uint32_t before = ours.posts;
        for (int i = 0; i < 100; ++i) {
            poster.post();  // wakes nobody, and blocks no more than ever
        }
        EXPECT_EQ(ours.posts, before + 100);
        theirs.waiting = 0;

        // The next one on the same words is woken as if nothing had happened.
        Process lives = start_peer({"wait-for-ever"}, descriptors);
        while (theirs.waiting == 0 && now_ns() < limit) {
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
        poster.post();
        const auto exit = lives.wait(std::chrono::seconds(20));
        ASSERT_TRUE(exit);
        EXPECT_EQ(exit->describe(), "exit code 0");
    }
}

TEST(Semaphore, CancelEndsTheWaitAndAllLaterOnes) {
    const Watchdog watchdog;
    for (int i = 0; i < 300; ++i) {
        Words words;
        std::atomic<bool> stop{false};
        std::thread waiting([&] {
            while (!stop) {
                words.waiter.wait(words.waiter.posts(), no_deadline);
            }
            words.waiter.wait(words.waiter.posts(), no_deadline);
        });
        if (i % 3 != 0) {
            std::this_thread::sleep_for(std::chrono::microseconds(i));
        }
        stop = true;
        words.waiter.cancel();
        waiting.join();
        EXPECT_EQ(words.posts, 0U);  // it does not need to write to the peer's word
    }
}

}  // namespace
}  // namespace outboard::ipc::test
