// How long the calling thread has been at work, ns: who spins works, who sleeps does not.
#pragma once

#include <gtest/gtest.h>

#include <time.h>

#include <cstdint>

namespace outboard::ipc::test {

inline std::int64_t worked_ns() {
    timespec time{};
    EXPECT_EQ(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time), 0);
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace outboard::ipc::test
