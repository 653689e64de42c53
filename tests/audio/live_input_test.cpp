#include "audio/live_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace outboard::audio {
namespace {

constexpr double rate = 48000;
constexpr std::uint32_t frames = 128;
constexpr double period_ns = frames * 1e9 / rate;
constexpr std::int64_t begin_ns = 1'000'000;  // long past, whatever the clock says

std::int64_t callback_ns(int number, double jitter_ns = 0) {
    return begin_ns + std::llround(number * period_ns + jitter_ns);
}

TEST(CallbackClock, SmoothsTheJitterOfCallbacksAway) {
    CallbackClock clock;
    double worst = 0;
    for (int i = 0; i < 2000; ++i) {
        const double jitter = 200'000 * std::sin(i * 2.4);  // up to 0.2 ms to both sides
        const double smooth = clock.begin(callback_ns(i, jitter), frames, rate);
        if (i >= 500) {
            worst = std::max(worst, std::abs(smooth - static_cast<double>(callback_ns(i))));
        }
    }
    EXPECT_LT(worst, 40'000) << "ns";
}

TEST(CallbackClock, FollowsAStallAtOnce) {
    CallbackClock clock;
    for (int i = 0; i < 100; ++i) {
        static_cast<void>(clock.begin(callback_ns(i), frames, rate));
    }
    const std::int64_t later = callback_ns(100) + 300'000'000;
    EXPECT_EQ(clock.begin(later, frames, rate), static_cast<double>(later));
}

class LiveInputTest : public ::testing::Test {
protected:
    /// Runs callback `number` and returns what it plays.
    std::vector<scripting::Event> callback(int number) {
        const std::int64_t start = std::int64_t{number} * frames;
        input.begin_callback(callback_ns(number), start, frames);
        std::vector<scripting::Event> events;
        while (const scripting::Event* event = input.next_before(start + frames)) {
            events.push_back(*event);
        }
        return events;
    }
    void play(std::uint8_t status, std::uint8_t key, std::uint8_t velocity, std::int64_t arrival_ns) {
        const std::uint8_t bytes[3]{status, key, velocity};
        input.midi_input(2, bytes, 3, arrival_ns);
    }
    LiveInput input{rate, false};
};

TEST_F(LiveInputTest, AMessageKeepsItsPlaceOnePeriodLater) {
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(callback(i).empty());
    }
    // 40 samples and 100 samples after callback 49 began.
    play(0x90, 60, 99, callback_ns(49) + std::llround(40.5e9 / rate));
    play(0x80, 60, 10, callback_ns(49) + std::llround(100.5e9 / rate));
    const std::vector<scripting::Event> events = callback(50);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].time, 50 * frames + 40);
    EXPECT_EQ(events[0].kind, scripting::Kind::note_on);
    EXPECT_EQ(events[0].port, 2);
    EXPECT_EQ(events[0].data[2], 99);
    EXPECT_EQ(events[1].time, 50 * frames + 100);
    EXPECT_EQ(events[1].kind, scripting::Kind::note_off);
    EXPECT_TRUE(callback(51).empty());
}

TEST_F(LiveInputTest, OrderAndBlockBordersAreKeptWhateverTheArrivalSays) {
    for (int i = 0; i < 10; ++i) {
        static_cast<void>(callback(i));
    }
    play(0x90, 60, 1, callback_ns(9) + 2'000'000);
    play(0x90, 61, 1, callback_ns(9) + 1'000'000);  // out of order: not before the one that came first
    play(0x90, 62, 1, callback_ns(8));              // much too late: as soon as can be
    const std::vector<scripting::Event> events = callback(10);
    ASSERT_EQ(events.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(events[i].data[1], 60 + i);
        EXPECT_GE(events[i].time, 10 * frames);
        EXPECT_LT(events[i].time, 11 * frames);
        if (i > 0) {
            EXPECT_GE(events[i].time, events[i - 1].time);
        }
    }
}

TEST_F(LiveInputTest, AWholeSysexComesWithAllItsBytes) {
    std::vector<std::uint8_t> large(5000, 0x22);
    large.front() = 0xF0;
    large.back() = 0xF7;
    const std::vector<std::uint8_t> small{0xF0, 1, 2, 0xF7};
    play(0x90, 60, 1, begin_ns);
    input.midi_input(3, large.data(), large.size(), begin_ns);
    input.midi_input(0, small.data(), small.size(), begin_ns);
    const std::vector<scripting::Event> events = callback(0);
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[1].kind, scripting::Kind::sysex);
    EXPECT_EQ(events[1].port, 3);
    EXPECT_THAT(input.sysex(events[1].blob), ::testing::ElementsAreArray(large));
    EXPECT_THAT(input.sysex(events[2].blob), ::testing::ElementsAreArray(small));
    EXPECT_EQ(input.refused(), 0U);
}

TEST_F(LiveInputTest, ASysexThatFindsNoRoomIsRefusedWhole) {
    std::vector<std::uint8_t> large(16000, 0x22);
    large.front() = 0xF0;
    large.back() = 0xF7;
    for (int i = 0; i < 20; ++i) {
        input.midi_input(0, large.data(), large.size(), begin_ns);
    }
    const std::uint64_t refused = input.refused();
    EXPECT_GT(refused, 0U);
    const std::vector<scripting::Event> events = callback(0);
    ASSERT_EQ(events.size(), 20 - refused);
    const std::vector<std::uint8_t> small{0xF0, 1, 2, 0xF7};
    input.midi_input(0, small.data(), small.size(), begin_ns);
    const std::vector<scripting::Event> after = callback(1);
    ASSERT_EQ(after.size(), 1U);
    EXPECT_THAT(input.sysex(after[0].blob), ::testing::ElementsAreArray(small));
}

TEST_F(LiveInputTest, WhatIsNoChannelMessageAndNoWholeSysexIsRefusedAndCounted) {
    const std::uint8_t clock[]{0xF8}, sysex[]{0xF0, 1, 2}, half[]{0x90, 60}, bad[]{0x90, 200, 1};
    input.midi_input(0, clock, 1, begin_ns);
    input.midi_input(0, sysex, 3, begin_ns);
    input.midi_input(0, half, 2, begin_ns);
    input.midi_input(0, bad, 3, begin_ns);
    input.midi_input(0, clock, 0, begin_ns);
    EXPECT_EQ(input.refused(), 5U);
    const std::uint8_t program[]{0xC3, 17};
    input.midi_input(0, program, 2, begin_ns);
    const std::vector<scripting::Event> events = callback(0);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].kind, scripting::Kind::program_change);
}

TEST_F(LiveInputTest, AFullRingRefusesAndKeepsWhatItHas) {
    for (std::size_t i = 0; i < LiveInput::capacity + 10; ++i) {
        play(0xB0, 1, 2, begin_ns);
    }
    EXPECT_EQ(input.refused(), 10U);
    EXPECT_EQ(callback(0).size(), LiveInput::capacity);
}

TEST_F(LiveInputTest, KnowsWhichKeysAreDown) {
    EXPECT_FALSE(input.take_activity());
    input.key(0x90, 64, 100);
    input.key(0x91, 64, 100);
    input.key(0x90, 3, 100);
    static_cast<void>(callback(0));
    EXPECT_TRUE(input.take_activity());
    EXPECT_EQ(input.keys_held(), (std::array<std::uint64_t, 2>{std::uint64_t{1} << 3, 1}));
    input.key(0x80, 64, 64);
    static_cast<void>(callback(1));
    EXPECT_EQ(input.keys_held()[1], 1U) << "the other channel's press holds it";
    input.key(0x91, 64, 0);
    static_cast<void>(callback(2));
    EXPECT_EQ(input.keys_held()[1], 0U);
}

TEST(LiveInputOffline, PlaysAtTheStartOfTheNextCallback) {
    LiveInput input(rate, true);
    const std::uint8_t note[]{0x90, 60, 1};
    input.midi_input(0, note, 3, begin_ns + 12345);
    input.begin_callback(begin_ns, 640, frames);
    const scripting::Event* const event = input.next_before(640 + frames);
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->time, 640);
}

}  // namespace
}  // namespace outboard::audio
