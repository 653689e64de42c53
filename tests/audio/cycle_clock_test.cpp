// CycleClock: the next call's time from calls that begin late by changing amounts.
#include "audio/cycle_clock.h"

#include <gtest/gtest.h>

namespace outboard::audio {
namespace {

constexpr double rate = 48000;
constexpr std::uint32_t frames = 64;
constexpr double period = frames * 1e9 / rate;
constexpr std::int64_t begin = 1'000'000'000'000'000;  // a machine that is up for days

/// Lateness of call i, 0 to 80 µs, evenly spread.
double lateness(std::uint64_t i) {
    std::uint64_t x = i * 6364136223846793005U + 1442695040888963407U;
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdU;
    return static_cast<double>((x >> 40) % 80'000);
}

TEST(CycleClock, SeesThroughTheJitterOfWakingUp) {
    CycleClock clock;
    double worst = 0;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        const double ideal = static_cast<double>(i) * period;
        const std::int64_t next = clock.begin(begin + static_cast<std::int64_t>(ideal + lateness(i)), frames, rate);
        if (i > 2000) {
            worst = std::max(worst, std::abs(static_cast<double>(next - begin) - (ideal + period + 40'000)));
        }
    }
    EXPECT_LT(worst, 8'000) << "of 80 µs of jitter around a mean of 40";
}

TEST(CycleClock, FollowsADeviceWhoseClockRunsFast) {
    CycleClock clock;
    const double real = period * (1 - 200e-6);
    std::int64_t next = 0;
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        next = clock.begin(begin + static_cast<std::int64_t>(static_cast<double>(i) * real), frames, rate);
    }
    EXPECT_NEAR(static_cast<double>(next - begin), 10'000 * real, 2'000);
}

TEST(CycleClock, KnowsNothingAtFirstAndAfterAnotherLength) {
    CycleClock clock;
    std::int64_t now = begin;
    const auto calls = [&](int count, std::uint32_t length) {
        std::int64_t next = 0;
        for (int i = 0; i < count; ++i) {
            next = clock.begin(now, length, rate);
            now += static_cast<std::int64_t>(length * 1e9 / rate);
        }
        return next;
    };
    EXPECT_EQ(calls(1, frames), 0);
    EXPECT_NE(calls(100, frames), 0);
    now += 50'000'000;
    EXPECT_EQ(calls(1, 128), 0) << "another length";
    EXPECT_NEAR(static_cast<double>(calls(100, 128) - now), 0, 1'000);
}

TEST(CycleClock, GapsThatComeOneAfterTheOtherDoNotMakeItForget) {
    CycleClock clock;
    double now = 0;
    std::int64_t next = 0;
    for (int gap = 0; gap < 20; ++gap, now += 10'000'000) {
        for (int i = 0; i < 60; ++i, now += period * 1.0005) {
            next = clock.begin(begin + static_cast<std::int64_t>(now), frames, rate);
            EXPECT_TRUE(next != 0 || (gap == 0 && i < 3));
        }
        now -= period * 1.0005;
        EXPECT_NEAR(static_cast<double>(next - begin) - now, period * 1.0005, gap < 3 ? 10'000 : 2'000);
    }
}

/// Plays calls of a device whose period is not quite the nominal one; afterwards `next` is what was foretold last.
struct Device {
    CycleClock clock;
    double now = 0;
    std::int64_t next = 0;
    static constexpr double real = period * 1.0012;

    void calls(int count) {
        for (int i = 0; i < count; ++i, now += real) {
            next = clock.begin(begin + static_cast<std::int64_t>(now), frames, rate);
        }
    }
    /// How far what was foretold is from the call that will come, ns.
    [[nodiscard]] double astray() const { return std::abs(static_cast<double>(next - begin) - now); }
};

TEST(CycleClock, KnowsThePeriodAfterAGapAndFindsTheMomentInAFewCalls) {
    Device device;
    device.calls(4000);
    device.now += 11'000'000;
    device.calls(1);
    EXPECT_LT(device.astray(), 5'000) << "the one after the gap, should that be on time";
    // JACK under load: it makes up for the gap at once, and the one that does so begins late, too.
    device.now -= Device::real - 210'000;
    device.calls(1);
    device.now -= 120'000;
    EXPECT_LT(device.astray(), 60'000);
    EXPECT_LT(static_cast<double>(device.next - begin), device.now) << "rather too early than too late";
    device.calls(4);
    EXPECT_LT(device.astray(), 5'000);
    device.now += 50'000;  // one that begins late
    device.calls(1);
    device.now -= 50'000;
    device.calls(1);
    EXPECT_LT(device.astray(), 5'000);
    for (int i = 0; i < 100; ++i) {
        device.calls(1);
        EXPECT_LT(device.astray(), 5'000) << "swings, " << i << " calls later";
    }
}

TEST(CycleClock, KeepsNoPeriodForAnotherRate) {
    Device device;
    device.calls(4000);
    device.now += 50'000'000;
    std::int64_t next = 0;
    for (int i = 0; i < 30; ++i, device.now += frames * 1e9 / 44'100) {
        next = device.clock.begin(begin + static_cast<std::int64_t>(device.now), frames, 44'100);
    }
    EXPECT_NEAR(static_cast<double>(next - begin), device.now, 1'000);
}

TEST(CycleClock, FollowsADeviceThatSlipsAndNoSingleCall) {
    Device device;
    device.calls(4000);
    device.now += 400'000;
    device.calls(1);
    device.now -= 400'000;
    device.calls(1);
    EXPECT_LT(device.astray(), 10'000) << "for one late call";
    device.now += 400'000;
    device.calls(12);
    EXPECT_LT(device.astray(), 5'000);
    device.now -= 400'000;
    device.calls(12);
    EXPECT_LT(device.astray(), 5'000);
}

}  // namespace
}  // namespace outboard::audio
