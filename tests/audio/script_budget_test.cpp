#include "audio/script_budget.h"

#include <gtest/gtest.h>

namespace outboard::audio {
namespace {

constexpr double frame_ns = 1e9 / 48000;

TEST(ScriptBudget, IsAShareOfTheBlockWhereTheRestIsShort) {
    ScriptBudget budget(0.5);
    EXPECT_DOUBLE_EQ(budget.end_ns(0, 128, 128, frame_ns), 64 * frame_ns);
    budget.learn(100'000, 128);  // 4 percent
    EXPECT_DOUBLE_EQ(budget.end_ns(0, 128, 128, frame_ns), 64 * frame_ns);
}

TEST(ScriptBudget, LeavesWhatInstrumentsAndMixerNeed) {
    ScriptBudget budget(0.5);
    for (int i = 0; i < 200; ++i) {
        budget.learn(static_cast<std::int64_t>(0.6 * 128 * frame_ns), 128);
    }
    EXPECT_NEAR(budget.end_ns(0, 128, 128, frame_ns), 0.25 * 128 * frame_ns, 10)
        << "60 percent and a margin of a quarter";
    EXPECT_NEAR(budget.end_ns(0, 256, 256, frame_ns), 0.25 * 256 * frame_ns, 10) << "in longer callbacks alike";
}

TEST(ScriptBudget, IsNeverNothing) {
    ScriptBudget budget(0.5);
    budget.learn(static_cast<std::int64_t>(3 * 128 * frame_ns), 128);
    EXPECT_NEAR(budget.end_ns(0, 128, 128, frame_ns), 0.1 * 128 * frame_ns, 1);
    ScriptBudget small(0.05);
    small.learn(static_cast<std::int64_t>(3 * 128 * frame_ns), 128);
    EXPECT_NEAR(small.end_ns(0, 128, 128, frame_ns), 0.05 * 128 * frame_ns, 1) << "unless that was asked for";
}

TEST(ScriptBudget, OneStallDoesNotCountForLong) {
    ScriptBudget budget(0.5);
    for (int i = 0; i < 200; ++i) {
        budget.learn(50'000, 128);
    }
    budget.learn(5'000'000, 128);
    EXPECT_DOUBLE_EQ(budget.end_ns(0, 128, 128, frame_ns), 64 * frame_ns);
}

TEST(ScriptBudget, BlocksOfOneCallbackAreDueOneAfterTheOther) {
    ScriptBudget budget(0.5);
    budget.learn(100'000, 512);
    for (std::uint32_t done = 0; done < 512; done += 128) {
        EXPECT_NEAR(budget.end_ns(done, 128, 512, frame_ns), (done + 64) * frame_ns, 1);
    }
}

}  // namespace
}  // namespace outboard::audio
