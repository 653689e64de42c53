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

TEST(RoundSampleTest, RoundsHalfUpWhateverTheLastBitsOfADoubleSay) {
    EXPECT_EQ(round_sample(2812.5), 2813);
    EXPECT_EQ(round_sample(std::nextafter(2812.5, 0.0)), 2813);
    EXPECT_EQ(round_sample(2812.49), 2812);
    EXPECT_EQ(round_sample(-0.5), 0);
}

}  // namespace
}  // namespace outboard::scripting
