#include "scripting/clock_map.h"

#include <gtest/gtest.h>

#include <cmath>

namespace outboard::scripting {
namespace {

TEST(ClockMapTest, BeatsAndSamplesAreInverse) {
    ClockMap clock;
    clock.points[0].tempo = 112;
    const double beat = clock.beat_at(10000.25);
    clock.count = 2;
    clock.points[1].sample = 10000.25;
    clock.points[1].clock_beat = beat;
    clock.points[1].tempo = 90;
    for (const double sample : {0.0, 17.5, 9999.0, 10000.25, 123456.75}) {
        EXPECT_NEAR(clock.sample_of(clock.beat_at(sample)), sample, 1e-6);
    }
}

TEST(ClockMapTest, PointInForceIsTheLastOneNotAfterTheSample) {
    ClockMap clock;
    clock.count = 2;
    clock.points[1].sample = 100.5;
    clock.points[1].tempo = 60;
    EXPECT_EQ(clock.point_at(100).tempo, 120);
    EXPECT_EQ(clock.point_at(101).tempo, 60);
}

TEST(ClockMemoryTest, ConvertsBeatsBehindTheBlockByTheTempoThatTheyHad) {
    ClockMemory memory;
    ClockMap clock;
    memory.hear(clock);
    clock.points[0].sample = 24000;
    clock.points[0].clock_beat = 1;
    clock.points[0].tempo = 60;
    memory.hear(clock);
    memory.hear(clock);  // the next block has the same point
    EXPECT_EQ(memory.sample_of(0.5), 12000);
    EXPECT_EQ(memory.sample_of(1.5), 48000);
    EXPECT_EQ(memory.sample_of(-1), -24000);
}

TEST(ClockMemoryTest, KeepsTheLastPointsOfManyAndForgetsTheRest) {
    ClockMemory memory;
    ClockMap clock;
    for (int i = 0; i < 1000; ++i) {  // a beat each, by turns 120 and 240
        clock.points[0].clock_beat = i;
        clock.points[0].tempo = i % 2 == 0 ? 120 : 240;
        memory.hear(clock);
        clock.points[0].sample += i % 2 == 0 ? 24000 : 12000;
    }
    EXPECT_EQ(memory.sample_of(998.5), 499 * 36000 + 12000);
    EXPECT_EQ(memory.sample_of(997.5), 498 * 36000 + 24000 + 6000);
    EXPECT_EQ(memory.sample_of(900.25), 450 * 36000 + 6000);
}

TEST(RoundSampleTest, RoundsHalfUpWhateverTheLastBitsOfADoubleSay) {
    EXPECT_EQ(round_sample(2812.5), 2813);
    EXPECT_EQ(round_sample(std::nextafter(2812.5, 0.0)), 2813);
    EXPECT_EQ(round_sample(2812.49), 2812);
    EXPECT_EQ(round_sample(-0.5), 0);
}

}  // namespace
}  // namespace outboard::scripting
