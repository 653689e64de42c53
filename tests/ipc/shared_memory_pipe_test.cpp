// What is particular to shared memory: who may write where, garbage in the memory, waking.
#include "ipc/shared_memory_pipe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <system_error>
#include <thread>

#include "hostile.h"
#include "messages.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

constexpr SharedMemoryPipe::Sizes small{4096, 4096};

class SharedMemoryPipeTest : public testing::Test {
protected:
    Watchdog watchdog_;
};

TEST_F(SharedMemoryPipeTest, RoundsItsRingsUp) {
    const auto pair = SharedMemoryPipe::create({5000, 100'000});
    EXPECT_EQ(pair.host->capacity(), 8192U / 2 - 8);
    const auto least = SharedMemoryPipe::create({1, 1});
    EXPECT_EQ(least.host->capacity(), 4096U / 2 - 8);
    EXPECT_THROW(SharedMemoryPipe::create({std::size_t{2} << 30, 4096}), std::system_error);
}

TEST_F(SharedMemoryPipeTest, GivesTheChildItsOwnCapacity) {
    auto pair = SharedMemoryPipe::create({8192, 131072});
    const auto child = SharedMemoryPipe::open(std::move(pair.child));
    EXPECT_EQ(pair.host->capacity(), 4088U);
    EXPECT_EQ(child->capacity(), 65528U);
}

/// Copies of what a child gets.
SharedMemoryPipe::ChildHandles copies_of(const SharedMemoryPipe::ChildHandles& handles) {
    SharedMemoryPipe::ChildHandles copies;
    std::transform(handles.begin(), handles.end(), copies.begin(), copy_of);
    return copies;
}

TEST_F(SharedMemoryPipeTest, TheChildsHandleMapsTheHostsMemoryToReadOnly) {
    const auto pair = SharedMemoryPipe::create(small);
    EXPECT_THROW(SharedMemory::map(pair.child[0], SharedMemory::Access::read_write), std::system_error);
    EXPECT_NO_THROW(SharedMemory::map(pair.child[0], SharedMemory::Access::read_only));
    EXPECT_NO_THROW(SharedMemory::map(pair.child[1], SharedMemory::Access::read_write));
}

TEST_F(SharedMemoryPipeTest, RefusesHandlesThatAreNoPipe) {
    const auto pair = SharedMemoryPipe::create(small);
    const auto expect_refusal = [&](Descriptor a, Descriptor b) {
        auto handles = copies_of(pair.child);
        handles[0] = std::move(a);
        handles[1] = std::move(b);
        EXPECT_THROW(SharedMemoryPipe::open(std::move(handles)), std::system_error);
    };
    const auto file = [](std::size_t bytes) {
        return SharedMemory::create("no pipe", bytes, SharedMemory::Access::read_write).child;
    };
    expect_refusal(copy_of(pair.child[1]), copy_of(pair.child[0]));  // the wrong way round
    expect_refusal(copy_of(pair.child[0]), copy_of(pair.child[0]));
    expect_refusal(copy_of(pair.child[1]), copy_of(pair.child[1]));
    expect_refusal(open_null(), open_null());
    expect_refusal(Descriptor(), Descriptor());
    expect_refusal(file(64), file(64));
    expect_refusal(file(8192), file(8192));
    EXPECT_NO_THROW(SharedMemoryPipe::open(copies_of(pair.child)));
}

TEST_F(SharedMemoryPipeTest, RefusesAnotherVersionInOneSentence) {
    auto pair = SharedMemoryPipe::create(small);
    const SharedMemory memory = SharedMemory::map(pair.child[1], SharedMemory::Access::read_write);
    auto& segment = *reinterpret_cast<Segment*>(memory.bytes().data());
    const auto expect_refusal = [&] {
        try {
            SharedMemoryPipe::open(copies_of(pair.child));
            ADD_FAILURE() << "opened";
        } catch (const std::system_error& error) {
            EXPECT_NE(std::string(error.what()).find("no shared memory pipe of this version"), std::string::npos)
                << error.what();
        }
    };
    segment.version += 1;
    expect_refusal();
    segment.version -= 1;
    segment.magic += 1;
    expect_refusal();
    segment.magic -= 1;
    for (const std::uint64_t ring : {std::uint64_t{0}, std::uint64_t{8192}, std::uint64_t{4095}, ~std::uint64_t{0}}) {
        segment.ring_bytes = ring;
        expect_refusal();
    }
    segment.ring_bytes = 4096;
    EXPECT_NO_THROW(SharedMemoryPipe::open(copies_of(pair.child)));
}

TEST_F(SharedMemoryPipeTest, IsUnusableOnceItIsCorrupt) {
    Hostile reading;
    reading.segment.write_index = 4;
    std::array<std::byte, 100> buffer;
    EXPECT_EQ(reading.host->receive(buffer, no_deadline).status, Status::corrupt);
    reading.segment.write_index = 0;
    EXPECT_EQ(reading.host->receive(buffer, no_deadline).status, Status::corrupt);
    EXPECT_EQ(reading.host->send({}), Status::corrupt);

    Hostile writing;
    const std::vector<std::byte> large(writing.host->capacity());
    EXPECT_EQ(writing.host->send(large), Status::ok);
    EXPECT_EQ(writing.host->send(large), Status::ok);
    writing.segment.read_index = 4;
    EXPECT_EQ(writing.host->send({}), Status::corrupt);
    writing.segment.read_index = 0;
    EXPECT_EQ(writing.host->send({}), Status::corrupt);
    EXPECT_EQ(writing.host->receive(buffer, no_deadline).status, Status::corrupt);
}

TEST_F(SharedMemoryPipeTest, ACorruptIndexWakesNoSooner) {
    Hostile pipe;
    std::array<std::byte, 100> buffer;
    pipe.segment.posts = 12345;  // the child may count as it likes
    const std::int64_t deadline = in_ms(10);
    EXPECT_EQ(pipe.host->receive(buffer, deadline).status, Status::timed_out);
    EXPECT_GE(now_ns(), deadline);
}

// Random words in the child's file, whole and byte by byte, between the calls of a host that is talking: the worst
// answer is `corrupt`, nothing is written outside of the buffer, and nothing hangs.
TEST_F(SharedMemoryPipeTest, SurvivesRandomCorruption) {
    int corrupted = 0;
    for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
        Random random(seed);
        Hostile pipe;
        std::vector<std::byte> guarded(4096 + 64, std::byte{0xa5});
        bool corrupt = false;
        for (int step = 0; step < 40; ++step) {
            const std::span<std::byte> bytes = pipe.memory.bytes();
            const std::size_t words[] = {offsetof(Segment, write_index), offsetof(Segment, read_index),
                                         offsetof(Segment, posts), offsetof(Segment, waiting),
                                         Segment::ring_offset + 8 * random.below(512)};
            if (random.below(2) == 0) {
                const std::size_t at = words[random.below(5)];
                const std::uint64_t values[] = {random(), random.below(5000), 8 * random.below(1024), ~std::uint64_t{0},
                                                pipe.segment.write_index + 8 * random.below(4)};
                if (random.below(2) == 0) {
                    std::memcpy(bytes.data() + at, &values[random.below(5)], 8);
                } else {
                    bytes[at + random.below(8)] = static_cast<std::byte>(random.below(256));
                }
            }
            (void)pipe.child->send(message_of(seed, static_cast<std::uint64_t>(step), random.below(2041)));
            const std::size_t size = random.below(4097);
            const Received received = pipe.host->receive(std::span(guarded).subspan(32, size), 0);
            ASSERT_LE(received.size, size);
            for (std::size_t i = 0; i < 32; ++i) {
                ASSERT_EQ(guarded[i], std::byte{0xa5});
                ASSERT_EQ(guarded[32 + 4096 + i], std::byte{0xa5});
            }
            const Status sent = pipe.host->send(message_of(seed + 1, static_cast<std::uint64_t>(step), 2040));
            (void)pipe.child->receive(std::span(guarded).subspan(32, 4096), 0);
            if (corrupt) {
                ASSERT_EQ(received.status, Status::corrupt);
                ASSERT_EQ(sent, Status::corrupt);
            }
            corrupt = received.status == Status::corrupt || sent == Status::corrupt;
            ASSERT_LE(pipe.host->pending(), 4096U);
        }
        corrupted += corrupt;
    }
    EXPECT_GT(corrupted, 100);  // the corruption does reach what is checked
}

TEST_F(SharedMemoryPipeTest, WakeNoLeavesASleeperAsleep) {
    // A machine that stalls may let a short deadline pass before the message is sent: then again with a longer one.
    for (const std::int64_t ms : {100, 500, 5000}) {
        Hostile pipe;
        Status status = Status::ok;
        std::int64_t returned = 0;
        const std::int64_t deadline = in_ms(ms);
        std::thread sleeper([&] {
            std::array<std::byte, 100> buffer;
            status = pipe.child->receive(buffer, deadline).status;
            returned = now_ns();
        });
        while (pipe.segment.waiting == 0 && now_ns() < deadline) {
            std::this_thread::yield();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));  // from the flag to the sleep
        EXPECT_EQ(pipe.host->send({}, Wake::no), Status::ok);
        const bool in_time = now_ns() < deadline;
        sleeper.join();
        if (in_time) {
            EXPECT_EQ(status, Status::ok);  // its last look found the message,
            EXPECT_GE(returned, deadline);  // and nobody woke it before
            return;
        }
    }
    FAIL() << "the machine stalls for seconds";
}

TEST_F(SharedMemoryPipeTest, HoldsNoHandleButItsBells) {
    for (int i = 0; i < 3; ++i) {
        (void)SharedMemoryPipe::create(small);  // what the system opens once for all
    }
    const int before = open_handles();
    for (int i = 0; i < 100; ++i) {
        auto pair = SharedMemoryPipe::create(small);
        EXPECT_EQ(open_handles(), before + 2 + 2 * static_cast<int>(bell_handles));
        const auto child = SharedMemoryPipe::open(std::move(pair.child));
        EXPECT_EQ(open_handles(), before + 2 * static_cast<int>(bell_handles));
    }
    EXPECT_EQ(open_handles(), before);
}

}  // namespace
}  // namespace outboard::ipc::test
