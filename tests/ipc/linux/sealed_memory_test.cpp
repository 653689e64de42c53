// What the seals of a SharedMemoryPipe's memory files keep a child from, and what they do not.
#include <gtest/gtest.h>

#include <array>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hostile.h"
#include "messages.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

constexpr SharedMemoryPipe::Sizes small{4096, 4096};

class SealedMemoryTest : public testing::Test {
protected:
    Watchdog watchdog_;
};

TEST_F(SealedMemoryTest, TheChildCannotWriteToTheHostsMemory) {
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

TEST_F(SealedMemoryTest, NobodyCanResizeOrSealTheFiles) {
    const auto pair = SharedMemoryPipe::create(small);
    for (const Descriptor& file : pair.child) {
        EXPECT_NE(::ftruncate(file.get(), 0), 0);
        EXPECT_NE(::ftruncate(file.get(), 1 << 20), 0);
        EXPECT_NE(::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE), 0);
    }
}

TEST_F(SealedMemoryTest, SurvivesPunchedMemory) {
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

}  // namespace
}  // namespace outboard::ipc::test
