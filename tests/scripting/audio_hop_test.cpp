// What is heard of a block that went to a script: late, missed, failed, hostile; at block sizes that change.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "scripting/audio_hop.h"

namespace outboard::scripting {
namespace {

using ipc::AudioMemory;

/// An engine whose sound is a ramp: the sample at time t is t / 65536 on the left and its negative on the right.
class AudioHopTest : public ::testing::Test {
protected:
    static float dry(std::int64_t time) { return time < 0 ? 0.0F : static_cast<float>(time) / 65536; }
    static float wet(std::int64_t time) { return dry(time) * 0.5F; }

    explicit AudioHopTest(bool pipelined = true) : hop(pipelined) {}
    void adopt(std::uint32_t channels = 2) { hop.adopt(std::as_writable_bytes(std::span(memory)), channels); }
    void halve(const AudioHop::Block& block) {
        for (std::uint32_t i = 0; i < 2 * block.frames; ++i) {
            memory[block.slot * AudioMemory::slot_floats + i] *= 0.5F;
        }
    }
    /// Posts the next block; the child's answers are given by the test.
    void put(std::uint32_t frames) {
        left.resize(frames);
        right.resize(frames);
        for (std::uint32_t i = 0; i < frames; ++i) {
            left[i] = dry(now + i);
            right[i] = -left[i];
        }
        if (const auto block = hop.put(number++, now, frames, left.data(), right.data())) {
            hop.posted(*block);
        }
    }
    /// Whether all that should be back is back.
    bool get() {
        const bool in_time = hop.get(now, static_cast<std::uint32_t>(left.size()), left.data(), right.data());
        heard.insert(heard.end(), left.begin(), left.end());
        for (std::size_t i = 0; i < left.size(); ++i) {
            EXPECT_EQ(right[i], -left[i]);
        }
        now += static_cast<std::int64_t>(left.size());
        return in_time;
    }
    /// A block of a child that is in time: it answers before the next block.
    bool block(std::uint32_t frames) {
        answer();
        put(frames);
        return get();
    }
    void answer(bool processed = true) {
        while (hop.pending() > 0) {
            halve(hop.oldest());
            hop.take(processed);
        }
    }
    float largest_step() const {
        float most = 0;
        for (std::size_t i = 1; i < heard.size(); ++i) {
            most = std::max(most, std::abs(heard[i] - heard[i - 1]));
        }
        return most;
    }

    std::vector<float> memory = std::vector<float>(AudioMemory::bytes / sizeof(float));
    AudioHop hop;
    std::int64_t now = 0;
    std::uint64_t number = 0;
    std::vector<float> left, right, heard;
};

class AudioHopOfflineTest : public AudioHopTest {
protected:
    AudioHopOfflineTest() : AudioHopTest(false) {}
    void block_waited_for(std::uint32_t frames) {
        put(frames);
        answer();
        get();
    }
};

TEST_F(AudioHopTest, IsHeardOneBlockLaterAtTheSameSamples) {
    adopt();
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(block(64));
    }
    EXPECT_EQ(hop.figures().latency, 64u);
    for (std::int64_t t = 0; t < now; ++t) {
        EXPECT_EQ(heard[static_cast<std::size_t>(t)], wet(t - 64)) << t;
    }
    EXPECT_EQ(hop.figures().calls, 10u);
    EXPECT_EQ(hop.figures().late, 0u);
}

TEST_F(AudioHopOfflineTest, WaitedForThereIsNoLatencyAtAnyBlockSize) {
    adopt();
    for (const std::uint32_t frames : {64U, 1U, 441U, 1024U, 8192U, 7U}) {
        block_waited_for(frames);
    }
    for (std::size_t t = 0; t < heard.size(); ++t) {
        EXPECT_EQ(heard[t], wet(static_cast<std::int64_t>(t))) << t;
    }
    EXPECT_EQ(hop.figures().latency, 0u);
}

TEST_F(AudioHopTest, BlocksOfAnyLengthAreHeardAsLateAsTheLongestWas) {
    adopt();
    block(512);
    for (const std::uint32_t frames : {64U, 1U, 511U, 512U, 100U, 33U, 512U}) {
        EXPECT_TRUE(block(frames));
    }
    EXPECT_EQ(hop.figures().latency, 512u);
    for (std::int64_t t = 0; t < now; ++t) {
        EXPECT_EQ(heard[static_cast<std::size_t>(t)], wet(t - 512)) << t;
    }
}

TEST_F(AudioHopTest, ALongerBlockMakesItLaterWithoutAClick) {
    adopt();
    for (const std::uint32_t frames : {64U, 64U, 64U, 256U, 256U, 64U, 64U}) {
        EXPECT_TRUE(block(frames));
    }
    EXPECT_EQ(hop.figures().latency, 256u);
    for (std::int64_t t = 3 * 64 + AudioHop::fade_frames; t < now; ++t) {
        EXPECT_EQ(heard[static_cast<std::size_t>(t)], wet(t - 256)) << t;
    }
    EXPECT_LT(largest_step(), 256.0F / 65536 / 16) << "192 samples of difference are crossed within 64";
}

TEST_F(AudioHopTest, WhatIsLateIsHeardDryAndJustAsLate) {
    adopt();
    block(256);
    block(256);
    put(256);  // the child has not answered the block before
    EXPECT_FALSE(get());
    EXPECT_EQ(hop.figures().late, 1u);
    EXPECT_TRUE(block(256));  // both answers are there; the first of them is of no use any more
    EXPECT_TRUE(block(256));
    for (std::int64_t t = 0; t < now; ++t) {
        const bool late = t >= 512 && t < 768;
        if (t % 256 >= AudioHop::fade_frames) {
            EXPECT_EQ(heard[static_cast<std::size_t>(t)], late ? dry(t - 256) : wet(t - 256)) << t;
        }
    }
    EXPECT_LT(largest_step(), 256.0F / 65536 / 2 / 32) << "from wet to dry and back in a fade";
}

TEST_F(AudioHopTest, OfAChildThatIsLateForLongAtMostThreeBlocksAreOpen) {
    adopt();
    for (int i = 0; i < 10; ++i) {
        put(64);
        get();
    }
    EXPECT_EQ(hop.pending(), 3u);
    EXPECT_EQ(hop.figures().calls, 3u);
    EXPECT_EQ(hop.figures().missed, 7u);
    for (std::int64_t t = 64; t < now; ++t) {
        EXPECT_EQ(heard[static_cast<std::size_t>(t)], dry(t - 64)) << t;
    }
    EXPECT_TRUE(block(64)) << "it has caught up";
    EXPECT_TRUE(block(64));
    EXPECT_TRUE(block(64));
    EXPECT_EQ(heard.back(), wet(now - 1 - 64)) << "and is heard again";
}

TEST_F(AudioHopTest, AnAnswerThatIsOlderThanWhatIsKeptTouchesNothing) {
    adopt();
    for (const std::uint32_t frames : {64U, 8192U, 8192U, 8192U, 8192U}) {
        put(frames);
        get();
    }
    answer();  // the three oldest; where the third was kept, the last is now
    put(64);
    get();
    EXPECT_EQ(heard.back(), dry(now - 1 - 8192));
    EXPECT_EQ(hop.figures().calls, 4u);
}

TEST_F(AudioHopTest, ABlockOnWhichTheScriptFailedIsHeardDry) {
    adopt();
    put(128);
    get();
    answer(false);
    put(128);
    EXPECT_TRUE(get());
    EXPECT_EQ(heard.back(), dry(127));
    EXPECT_EQ(hop.figures().dry, 1u);
}

TEST_F(AudioHopTest, WhatIsNoNumberOrTooLoudIsCleanedAndCounted) {
    adopt();
    put(64);
    get();
    const float denormal = std::numeric_limits<float>::min() / 4;
    const float bad[] = {std::numeric_limits<float>::quiet_NaN(),
                         std::numeric_limits<float>::infinity(),
                         -std::numeric_limits<float>::infinity(),
                         1e30F,
                         -1e30F,
                         denormal,
                         -denormal,
                         0.25F};
    const float good[] = {0, 0, 0, AudioHop::loudest, -AudioHop::loudest, 0, 0, 0.25F};
    for (std::size_t i = 0; i < std::size(bad); ++i) {
        memory[i] = bad[i];
        memory[64 + i] = -bad[i];
    }
    hop.take(true);
    put(64);
    get();
    const std::span<const float> second = std::span(heard).subspan(64);
    for (std::size_t i = 0; i < std::size(good); ++i) {
        EXPECT_NEAR(second[i], good[i], 0.01F) << i;  // the first block is heard with its fade, which begins at silence
        EXPECT_TRUE(std::isfinite(second[i]));
    }
    EXPECT_EQ(hop.figures().cleaned, 10u);
}

TEST_F(AudioHopTest, ADyingChildLeavesTheDrySoundJustAsLateAndItsFollowerGoesOn) {
    adopt();
    for (int i = 0; i < 4; ++i) {
        block(256);
    }
    hop.let_go(true);  // one block is with it
    put(256);
    EXPECT_TRUE(get());
    EXPECT_EQ(heard.back(), dry(now - 1 - 256));
    put(256);
    get();
    EXPECT_EQ(hop.figures().latency, 256u);
    adopt();
    block(256);
    block(256);
    EXPECT_EQ(heard.back(), wet(now - 1 - 256));
    EXPECT_LT(largest_step(), 1.0F / 64 / 4);
}

TEST_F(AudioHopTest, AScriptThatIsTakenOutEndsWithItsLatencyAndWithoutAClick) {
    adopt();
    for (int i = 0; i < 8; ++i) {
        block(256);
    }
    answer();
    hop.let_go(false);
    ASSERT_TRUE(hop.running());
    put(256);
    get();
    EXPECT_EQ(heard.back(), dry(now - 1));
    EXPECT_EQ(hop.figures().latency, 0u);
    EXPECT_FALSE(hop.running()) << "it costs nothing any more";
    EXPECT_LT(largest_step(), 1.0F / 64 / 2);
}

TEST_F(AudioHopTest, AScriptThatComesIntoSoundIsFadedIn) {
    now = 8192;
    for (int i = 0; i < 4; ++i) {
        hop.skip();
        now += 64;
    }
    heard = {dry(now - 1)};
    adopt();
    for (int i = 0; i < 6; ++i) {
        block(64);
    }
    EXPECT_EQ(heard.back(), wet(now - 1 - 64));
    EXPECT_LT(largest_step(), dry(now) / 32);
}

TEST_F(AudioHopOfflineTest, OneChannelIsTheMiddleAndGoesToBoth) {
    adopt(1);
    left = {1, 0.5F};
    right = {0.5F, -0.5F};
    const auto block = hop.put(0, 0, 2, left.data(), right.data());
    ASSERT_TRUE(block);
    hop.posted(*block);
    EXPECT_EQ(memory[0], 0.75F);
    EXPECT_EQ(memory[1], 0);
    memory[1] = 0.125F;
    hop.take(true);
    EXPECT_TRUE(hop.get(0, 2, left.data(), right.data()));
    EXPECT_EQ(left, (std::vector{0.75F, 0.125F}));
    EXPECT_EQ(right, left);
}

TEST_F(AudioHopTest, ABlockLongerThanTheMemoryPasses) {
    adopt();
    left.assign(8193, 0.5F);
    right = left;
    EXPECT_FALSE(hop.put(0, 0, 8193, left.data(), right.data()));
    EXPECT_TRUE(hop.get(0, 8193, left.data(), right.data()));
    EXPECT_EQ(left, std::vector<float>(8193, 0.5F));
}

}  // namespace
}  // namespace outboard::scripting
