#include "audio/room.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "allocations.h"

namespace outboard::audio {
namespace {

constexpr std::uint32_t largest = 1000;

/// What comes out when `clicks` (frames) are sent; the mix itself is silent.
std::vector<float> answered(Room& room, const std::vector<std::uint32_t>& clicks, std::uint32_t total,
                            std::uint32_t block) {
    std::vector<float> out(std::size_t{2} * total);
    for (std::uint32_t done = 0; done < total; done += block) {
        const std::uint32_t frames = std::min(block, total - done);
        for (const std::uint32_t click : clicks) {
            if (click >= done && click < done + frames) {
                room.bus()[std::size_t{2} * (click - done)] = 1;
                room.bus()[std::size_t{2} * (click - done) + 1] = 0.5F;
            }
        }
        room.add_to(out.data() + std::size_t{2} * done, frames);
    }
    return out;
}

std::vector<float> answered(double rate, const std::vector<std::uint32_t>& clicks, std::uint32_t total,
                            std::uint32_t block) {
    Room room(rate, largest);
    return answered(room, clicks, total, block);
}

/// Power of `frames` frames from `begin` on, in dB.
double power_db(const std::vector<float>& out, std::size_t begin, std::size_t frames) {
    double sum = 0;
    for (std::size_t i = 2 * begin; i < 2 * (begin + frames); ++i) {
        sum += static_cast<double>(out[i]) * out[i];
    }
    return 10 * std::log10(std::max(sum, 1e-30));
}

TEST(Room, LeavesTheMixAloneWhileNothingIsSent) {
    Room room(48000, largest);
    const std::vector<float> mix{0.1F, -0.3F, 1e-20F, 0.7F};
    std::vector<float> out = mix;
    room.add_to(out.data(), 2);
    EXPECT_EQ(out, mix);
    EXPECT_FALSE(room.sounding());
}

TEST(Room, IsSixtyDecibelsSofterAfterThreeSecondsAtEveryRate) {
    for (const double rate : {44100.0, 48000.0, 96000.0}) {
        const auto second = static_cast<std::uint32_t>(rate);
        const std::vector<float> out = answered(rate, {0}, 4 * second, 512);
        const double early = power_db(out, 0, second / 4);
        EXPECT_GT(early, -40) << rate;
        EXPECT_LT(power_db(out, 3 * second, second / 4), early - 60) << rate;
        EXPECT_GT(power_db(out, second, second / 4), early - 60) << rate << ": it is a room, not a closet";
    }
}

TEST(Room, SoundsTheSameAtEveryBlockSize) {
    const std::vector<std::uint32_t> clicks{5, 700, 20'001, 40'000 + 480'000};  // the last one after it fell silent
    const std::vector<float> out = answered(48000, clicks, 600'000, largest);
    for (const std::uint32_t block : {1U, 64U, 441U}) {
        EXPECT_EQ(answered(48000, clicks, 600'000, block), out) << block;
    }
}

TEST(Room, FallsSilentAndRemembersNothing) {
    Room room(48000, largest);
    const std::vector<float> first = answered(room, {0}, 96'000, 64);
    EXPECT_TRUE(room.sounding());
    const std::vector<float> rest = answered(room, {}, 480'000, 64);
    EXPECT_FALSE(room.sounding());
    EXPECT_TRUE(std::all_of(rest.end() - 1000, rest.end(), [](float sample) { return sample == 0; }));
    const std::vector<float> again = answered(room, {0}, 96'000, 64);
    for (std::size_t i = 0; i < first.size(); ++i) {
        ASSERT_NEAR(again[i], first[i], 1e-15) << i;  // the library's low-pass filters keep a trace at -400 dB
    }
}

TEST(Room, AllocatesNothing) {
    Room room(48000, largest);
    std::vector<float> out(std::size_t{2} * largest);
    const allocations::Scope scope;
    room.bus()[0] = 1;
    room.add_to(out.data(), largest);
    EXPECT_EQ(scope.count() + scope.frees(), 0U);
}

}  // namespace
}  // namespace outboard::audio
