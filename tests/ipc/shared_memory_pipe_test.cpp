// What is particular to shared memory: who may write where, garbage in the memory, waking.
#include "ipc/shared_memory_pipe.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ipc/segment.h"
#include "ipc/shared_memory.h"
#include "messages.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

constexpr SharedMemoryPipe::Sizes small{4096, 4096};

Descriptor copy_of(const Descriptor& descriptor) {
    return Descriptor(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 0));
}

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
    const auto child = SharedMemoryPipe::open(std::move(pair.child[0]), std::move(pair.child[1]));
    EXPECT_EQ(pair.host->capacity(), 4088U);
    EXPECT_EQ(child->capacity(), 65528U);
}

TEST_F(SharedMemoryPipeTest, TheChildCannotWriteToTheHostsMemory) {
    const auto pair = SharedMemoryPipe::create(small);
    const int file = pair.child[0].get();
    EXPECT_EQ(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), MAP_FAILED);
    void* readable = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, file, 0);
    ASSERT_NE(readable, MAP_FAILED);
    EXPECT_NE(::mprotect(readable, 4096, PROT_READ | PROT_WRITE), 0);
    ::munmap(readable, 4096);
    EXPECT_LT(::pwrite(file, "x", 1, 0), 0);
    EXPECT_NE(::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096), 0);
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    const Descriptor again(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (again) {
        EXPECT_EQ(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, again.get(), 0), MAP_FAILED);
    }
}

TEST_F(SharedMemoryPipeTest, NobodyCanResizeOrSealTheFiles) {
    const auto pair = SharedMemoryPipe::create(small);
    for (const Descriptor& file : pair.child) {
        EXPECT_NE(::ftruncate(file.get(), 0), 0);
        EXPECT_NE(::ftruncate(file.get(), 1 << 20), 0);
        EXPECT_NE(::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE), 0);
    }
}

TEST_F(SharedMemoryPipeTest, RefusesDescriptorsThatAreNoPipe) {
    const auto expect_refusal = [](Descriptor a, Descriptor b) {
        EXPECT_THROW(SharedMemoryPipe::open(std::move(a), std::move(b)), std::system_error);
    };
    auto pair = SharedMemoryPipe::create(small);
    expect_refusal(copy_of(pair.child[1]), copy_of(pair.child[0]));  // the wrong way round
    expect_refusal(copy_of(pair.child[0]), copy_of(pair.child[0]));
    expect_refusal(copy_of(pair.child[1]), copy_of(pair.child[1]));
    expect_refusal(Descriptor(::open("/dev/null", O_RDWR | O_CLOEXEC)),
                   Descriptor(::open("/dev/null", O_RDWR | O_CLOEXEC)));
    expect_refusal(Descriptor(), Descriptor());
    expect_refusal(SharedMemory::create("empty", 0), SharedMemory::create("empty", 0));
    expect_refusal(SharedMemory::create("short", 64), SharedMemory::create("short", 64));
    expect_refusal(SharedMemory::create("zeros", 8192), SharedMemory::create("zeros", 8192));
}

TEST_F(SharedMemoryPipeTest, RefusesAnotherVersionInOneSentence) {
    auto pair = SharedMemoryPipe::create(small);
    const SharedMemory memory = SharedMemory::map(pair.child[1], SharedMemory::Access::read_write);
    auto& segment = *reinterpret_cast<Segment*>(memory.bytes().data());
    const auto expect_refusal = [&] {
        try {
            SharedMemoryPipe::open(copy_of(pair.child[0]), copy_of(pair.child[1]));
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
    EXPECT_NO_THROW(SharedMemoryPipe::open(copy_of(pair.child[0]), copy_of(pair.child[1])));
}

/// The host's end, and its child's file under our own hands.
struct Hostile {
    Hostile() : Hostile(SharedMemoryPipe::create(small)) {}
    explicit Hostile(SharedMemoryPipe::Pair pair)
        : host(std::move(pair.host)),
          file(std::move(pair.child[1])),
          memory(SharedMemory::map(file, SharedMemory::Access::read_write)),
          child(SharedMemoryPipe::open(std::move(pair.child[0]), copy_of(file))),
          segment(*reinterpret_cast<Segment*>(memory.bytes().data())) {}

    std::unique_ptr<SharedMemoryPipe> host;
    Descriptor file;
    SharedMemory memory;
    std::unique_ptr<SharedMemoryPipe> child;
    Segment& segment;
};

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

TEST_F(SharedMemoryPipeTest, SurvivesPunchedMemory) {
    Hostile pipe;
    for (std::uint64_t i = 0; i < 5; ++i) {
        ASSERT_EQ(pipe.child->send(message_of(1, i, 100)), Status::ok);
    }
    // The child may still do this to its own file: all pages become zeros.
    ASSERT_EQ(::fallocate(pipe.file.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096), 0);
    std::array<std::byte, 4096> buffer;
    EXPECT_EQ(pipe.host->receive(buffer, 0).status, Status::corrupt);

    Hostile all;
    ASSERT_EQ(all.child->send(message_of(1, 0, 100)), Status::ok);
    ASSERT_EQ(all.host->receive(buffer, 0).status, Status::ok);
    ASSERT_EQ(::fallocate(all.file.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 8192), 0);
    EXPECT_EQ(all.host->receive(buffer, in_ms(10)).status, Status::corrupt);  // the child's index went back to 0
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

TEST_F(SharedMemoryPipeTest, HoldsNoDescriptor) {
    const auto count = [] {
        int found = 0;
        for (int number = 0; number < 1024; ++number) {
            found += ::fcntl(number, F_GETFD) >= 0;
        }
        return found;
    };
    const int before = count();
    for (int i = 0; i < 100; ++i) {
        auto pair = SharedMemoryPipe::create(small);
        EXPECT_EQ(count(), before + 2);
        const auto child = SharedMemoryPipe::open(std::move(pair.child[0]), std::move(pair.child[1]));
        EXPECT_EQ(count(), before);
    }
    EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace outboard::ipc::test
