#include "audio/mixer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace outboard::audio {
namespace {

std::vector<float> ramped(StereoGain from, StereoGain to, std::uint32_t total, std::uint32_t frames) {
    GainStage stage;
    stage.set(from);
    stage.set(to);
    const std::vector<float> ones(total, 1.0F);
    std::vector<float> out(std::size_t{2} * total);
    PeakMeter left, right;
    for (std::uint32_t done = 0; done < total; done += frames) {
        stage.add(ones.data() + done, ones.data() + done, std::min(frames, total - done), out.data() + 2 * done, left,
                  right);
    }
    return out;
}

TEST(Gain, DecibelsAreWhatTheyAre) {
    EXPECT_EQ(gain_of_db(0), 1.0F);
    EXPECT_NEAR(gain_of_db(-6.0206), 0.5, 1e-5);
    EXPECT_NEAR(gain_of_db(20), 10, 1e-5);
    EXPECT_EQ(gain_of_db(-120), 0.0F);
}

TEST(Gain, PanKeepsThePowerAndTheMiddleIsUntouched) {
    EXPECT_EQ(strip_gain(0, 0), (StereoGain{1, 1}));
    EXPECT_EQ(strip_gain(0, -1).right, 0.0F);
    EXPECT_NEAR(strip_gain(0, -1).left, std::sqrt(2.0), 1e-6);
    EXPECT_EQ(strip_gain(0, 1).left, 0.0F);
    for (const double pan : {-0.7, -0.1, 0.2, 0.9}) {
        const StereoGain gain = strip_gain(0, pan);
        EXPECT_NEAR(gain.left * gain.left + gain.right * gain.right, 2, 1e-5) << pan;
        EXPECT_EQ(gain.left > gain.right, pan < 0);
    }
    EXPECT_NEAR(strip_gain(-6.0206, 0.5).right, 0.5 * strip_gain(0, 0.5).right, 1e-5);
}

TEST(GainStage, UnityChangesNoBit) {
    GainStage stage;
    stage.set({1, 1});
    std::vector<float> left{0.1F, -0.3F, 1e-20F, 0.7F}, right{1e-3F, 2.5F, -0.9F, 0.123456789F};
    std::vector<float> out(8);
    PeakMeter left_peak, right_peak;
    stage.add(left.data(), right.data(), 4, out.data(), left_peak, right_peak);
    stage.apply(out.data(), 4, left_peak, right_peak);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(out[2 * i], left[i]);
        EXPECT_EQ(out[2 * i + 1], right[i]);
    }
    EXPECT_EQ(left_peak.take(), 0.7F);
    EXPECT_EQ(right_peak.take(), 2.5F);
    EXPECT_EQ(right_peak.take(), 0.0F) << "taken is taken";
}

TEST(GainStage, TheFirstGainHoldsAtOnceLaterOnesTakeSixtyFourSamples) {
    const std::vector<float> out = ramped({0.25F, 0.25F}, {1, 0}, 100, 100);
    float before = 0.25F;
    for (std::size_t i = 0; i < 63; ++i) {
        EXPECT_GT(out[2 * i], before);
        EXPECT_NEAR(out[2 * i] - before, 0.75 / 64, 1e-6);
        before = out[2 * i];
    }
    for (std::size_t i = 63; i < 100; ++i) {
        EXPECT_EQ(out[2 * i], 1.0F);
        EXPECT_EQ(out[2 * i + 1], 0.0F);
    }
}

TEST(GainStage, ARampIsTheSameAtEveryBlockSize) {
    const std::vector<float> whole = ramped({1, 1}, {0.1F, 0.6F}, 150, 150);
    for (const std::uint32_t frames : {1U, 7U, 32U, 64U}) {
        EXPECT_EQ(ramped({1, 1}, {0.1F, 0.6F}, 150, frames), whole) << frames;
    }
}

TEST(GainStage, ATurnInTheMiddleOfARampDoesNotJump) {
    GainStage stage;
    stage.set({0, 0});
    stage.set({1, 1});
    const std::vector<float> ones(32, 1.0F);
    std::vector<float> out(128);
    PeakMeter left, right;
    stage.add(ones.data(), ones.data(), 32, out.data(), left, right);
    stage.set({0, 0});
    stage.add(ones.data(), ones.data(), 32, out.data() + 64, left, right);
    for (std::size_t i = 1; i < 64; ++i) {
        EXPECT_LE(std::abs(out[2 * i] - out[2 * i - 2]), 1.0 / 64 + 1e-6);
    }
}

}  // namespace
}  // namespace outboard::audio
