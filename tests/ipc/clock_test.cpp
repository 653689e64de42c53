#include "ipc/clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace outboard::ipc::test {
namespace {

TEST(Clock, NeverGoesBack) {
    std::int64_t last = now_ns();
    for (int i = 0; i < 100'000; ++i) {
        const std::int64_t now = now_ns();
        ASSERT_GE(now, last);
        last = now;
    }
}

TEST(Clock, CountsNanoseconds) {
    const auto steady = [] {
        return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
    };
    const std::int64_t before = now_ns();
    const std::int64_t steady_before = steady();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const std::int64_t steady_between = steady() - steady_before;
    const std::int64_t between = now_ns() - before;
    EXPECT_GE(between, steady_between - 1000);  // ours began earlier and ended later; a tick may be 100 ns
    EXPECT_GE(steady_between, 49'000'000);
}

}  // namespace
}  // namespace outboard::ipc::test
