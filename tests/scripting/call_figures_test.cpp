// What the audio thread notes of a call is counted once, by whoever asks, and nothing of it before.
#include "scripting/call_figures.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace outboard::scripting {
namespace {

TEST(CallFigures, ACallIsCountedInEveryLayer) {
    CallFigures measured(false);
    measured.note_answer(
        {.wait = 2'000, .decode = 1'000, .python = 20'000, .encode = 3'000, .returned = 500, .apply = 700});
    measured.note_block(1'500, 40'000, 6'000);
    measured.note_audio_answer(4'000, 50'000);
    measured.note_audio_block(9'000);
    SlotFigures figures;
    measured.read(figures);
    EXPECT_EQ(figures.wait_total.max, 2'000);
    EXPECT_EQ(figures.busy_total.max, 24'000) << "from the script's begin to its end";
    EXPECT_EQ(figures.decode_total.max, 1'000);
    EXPECT_EQ(figures.python_total.max, 20'000);
    EXPECT_EQ(figures.child_encode_total.max, 3'000);
    EXPECT_EQ(figures.returned_total.max, 500);
    EXPECT_EQ(figures.apply_total.max, 700);
    EXPECT_EQ(figures.encode_total.max, 1'500);
    EXPECT_EQ(figures.scripting_total.max, 40'000);
    EXPECT_EQ(figures.hop_total.max, 6'000);
    EXPECT_EQ(figures.audio_wait_total.max, 4'000);
    EXPECT_EQ(figures.audio_busy_total.max, 50'000);
    EXPECT_EQ(figures.audio_hop_total.max, 9'000);
    EXPECT_EQ(figures.busy_now, 24'000);
    measured.read(figures);
    EXPECT_EQ(figures.wait_total.count, 1U) << "once";
}

TEST(CallFigures, SecondsLieBetweenTheNotesWhereTheyPassed) {
    CallFigures measured(false);
    measured.note_block(1, 100, 1);
    for (int second = 0; second < 10; ++second) {
        measured.note_second();
    }
    measured.note_block(1, 200, 1);
    SlotFigures figures;
    measured.read(figures);
    EXPECT_EQ(figures.scripting.count, 1U) << "of the last ten seconds";
    EXPECT_EQ(figures.scripting.max, 200);
    EXPECT_EQ(figures.scripting_total.count, 2U);
}

TEST(CallFigures, AResetForgetsWhatWasNotedBefore) {
    CallFigures measured(false);
    measured.note_block(1, 100, 1);
    measured.reset();
    measured.note_block(1, 200, 1);
    SlotFigures figures;
    measured.read(figures);
    EXPECT_EQ(figures.scripting_total.count, 1U);
    EXPECT_EQ(figures.scripting_total.sum, 200);
}

TEST(CallFigures, OfflineNothingIsLost) {
    CallFigures measured(true);
    constexpr int many = 50'000;
    for (int i = 0; i < many; ++i) {
        measured.note_block(1, 100, 1);
    }
    SlotFigures figures;
    measured.read(figures);
    EXPECT_EQ(figures.scripting_total.count, static_cast<std::uint64_t>(many));
}

TEST(CallFigures, LiveNobodyWaitsForOneWhoDoesNotCount) {
    CallFigures measured(false);
    for (int i = 0; i < 50'000; ++i) {
        measured.note_block(1, 100, 1);
    }
    SlotFigures figures;
    measured.read(figures);
    EXPECT_GE(figures.scripting_total.count, 1'000U) << "a second of calls";
    EXPECT_LT(figures.scripting_total.count, 50'000U);
    measured.note_block(1, 100, 1);
    const std::uint64_t before = figures.scripting_total.count;
    measured.read(figures);
    EXPECT_EQ(figures.scripting_total.count, before + 1) << "and then goes on";
}

TEST(CallFigures, AreCountedWhileTheyAreNoted) {
    CallFigures measured(true);
    std::atomic<bool> done{false};
    std::thread control([&] {
        while (!done) {
            measured.count();
        }
    });
    constexpr int many = 100'000;
    for (int i = 0; i < many; ++i) {
        measured.note_answer({.wait = i, .apply = 1});
    }
    done = true;
    control.join();
    SlotFigures figures;
    measured.read(figures);
    EXPECT_EQ(figures.wait_total.count, static_cast<std::uint64_t>(many));
    EXPECT_EQ(figures.wait_total.max, many - 1);
}

}  // namespace
}  // namespace outboard::scripting
