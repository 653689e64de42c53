#include "ipc/clock.h"

#include <gtest/gtest.h>

#include <ctime>

namespace outboard::ipc::test {
namespace {

TEST(Clock, IsTheMonotonicClockInNanoseconds) {
    timespec before{};
    timespec after{};
    clock_gettime(CLOCK_MONOTONIC, &before);
    const std::int64_t now = now_ns();
    clock_gettime(CLOCK_MONOTONIC, &after);
    EXPECT_GE(now, before.tv_sec * 1'000'000'000LL + before.tv_nsec);
    EXPECT_LE(now, after.tv_sec * 1'000'000'000LL + after.tv_nsec);
}

}  // namespace
}  // namespace outboard::ipc::test
