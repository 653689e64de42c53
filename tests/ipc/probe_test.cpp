#include "ipc/probe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <thread>
#include <vector>

#include "messages.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

TEST(Histogram, IsEmptyAtFirst) {
    const Histogram histogram;
    const ProbeFigures figures = histogram.figures();
    EXPECT_EQ(figures.count, 0U);
    EXPECT_EQ(figures.sum, 0);
    EXPECT_EQ(figures.mean, 0);
    EXPECT_EQ(figures.p50, 0);
    EXPECT_EQ(figures.p999, 0);
    EXPECT_EQ(figures.max, 0);
}

TEST(Histogram, IsExactUpTo31Nanoseconds) {
    for (int ns = 0; ns < 32; ++ns) {
        Histogram histogram;
        histogram.record(ns);
        histogram.record(1000);
        EXPECT_EQ(histogram.figures().p50, ns);
    }
}

TEST(Histogram, GivesTheFiguresOfAKnownSeries) {
    Histogram histogram;
    for (int i = 1; i <= 20; ++i) {
        histogram.record(i);
    }
    ProbeFigures figures = histogram.figures();
    EXPECT_EQ(figures.count, 20U);
    EXPECT_EQ(figures.sum, 210);
    EXPECT_EQ(figures.mean, 10.5);
    EXPECT_EQ(figures.p50, 10);
    EXPECT_EQ(figures.p99, 20);
    EXPECT_EQ(figures.p999, 20);
    EXPECT_EQ(figures.max, 20);

    histogram.record(1'000'000);
    figures = histogram.figures();
    EXPECT_EQ(figures.p50, 11);
    EXPECT_EQ(figures.max, 1'000'000);
    EXPECT_EQ(figures.p99, 999'423.5);  // the middle of [983040, 1015807]
}

TEST(Histogram, RanksItsPercentiles) {
    Histogram histogram;
    for (int i = 0; i < 990; ++i) {
        histogram.record(10);
    }
    for (int i = 0; i < 9; ++i) {
        histogram.record(20);
    }
    histogram.record(30);
    ProbeFigures figures = histogram.figures();
    EXPECT_EQ(figures.p50, 10);
    EXPECT_EQ(figures.p99, 10);
    EXPECT_EQ(figures.p999, 20);
    EXPECT_EQ(figures.max, 30);
    histogram.record(30);
    figures = histogram.figures();
    EXPECT_EQ(figures.p99, 20);  // rank 991 of 1001
    EXPECT_EQ(figures.p999, 30);
}

TEST(Histogram, StaysWithinItsRelativeError) {
    Random random(5);
    double worst = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t ns = 1 + (random() >> (24 + random.below(38)));
        Histogram histogram;
        histogram.record(static_cast<std::int64_t>(ns));
        histogram.record(std::int64_t{1} << 41);
        const double exact = static_cast<double>(ns);
        worst = std::max(worst, std::abs(histogram.figures().p50 - exact) / exact);
    }
    EXPECT_LE(worst, 0.045);
    EXPECT_GT(worst, 0.02);  // the test does meet a bucket's edge
}

TEST(Histogram, CountsWhatIsOutOfRange) {
    Histogram histogram;
    histogram.record(-5);
    EXPECT_EQ(histogram.figures().max, 0);
    EXPECT_EQ(histogram.figures().p50, 0);
    histogram.record(INT64_MAX / 4);
    histogram.record(INT64_MAX / 4);
    const ProbeFigures figures = histogram.figures();
    EXPECT_EQ(figures.count, 3U);
    EXPECT_EQ(figures.max, static_cast<double>(INT64_MAX / 4));
    EXPECT_GT(figures.p50, 1e12);  // the last bucket: 18 minutes and more
    EXPECT_LE(figures.p50, figures.max);
}

TEST(Histogram, Forgets) {
    Histogram histogram;
    histogram.record(100);
    histogram.clear();
    EXPECT_EQ(histogram.figures().count, 0U);
    EXPECT_EQ(histogram.figures().max, 0);
    EXPECT_EQ(histogram.figures().sum, 0);
}

TEST(Probe, ShowsTheLastSample) {
    const auto probe = std::make_unique<Probe>();
    EXPECT_EQ(probe->now(), 0);
    probe->record(7);
    probe->record(9);
    EXPECT_EQ(probe->now(), 9);
}

TEST(Probe, KeepsTenSecondsInItsWindowAndEverythingInItsTotal) {
    const auto probe = std::make_unique<Probe>();
    for (int second = 1; second <= 25; ++second) {
        probe->record(second);  // one sample a second, its number
        const ProbeFigures window = probe->window();
        EXPECT_EQ(window.count, static_cast<std::uint64_t>(std::min(second, 10)));
        EXPECT_EQ(window.max, second);
        const int first = std::max(1, second - 9);
        EXPECT_EQ(window.mean, (first + second) / 2.0);
        EXPECT_EQ(probe->total().count, static_cast<std::uint64_t>(second));
        probe->next_second();
    }
    EXPECT_EQ(probe->total().sum, 325);
    EXPECT_EQ(probe->total().p50, 13);
    for (int second = 0; second < 9; ++second) {
        probe->next_second();
    }
    EXPECT_EQ(probe->window().count, 0U);
    EXPECT_EQ(probe->total().max, 25);
}

TEST(Probe, ResetsAtTheNextRecord) {
    const auto probe = std::make_unique<Probe>();
    for (int second = 0; second < 12; ++second) {
        probe->record(1000);
        probe->next_second();
    }
    probe->request_reset();
    EXPECT_EQ(probe->total().count, 12U);  // the writer does it
    probe->record(5);
    EXPECT_EQ(probe->total().count, 1U);
    EXPECT_EQ(probe->total().max, 5);
    EXPECT_EQ(probe->window().count, 1U);
    EXPECT_EQ(probe->window().max, 5);
    probe->record(6);
    EXPECT_EQ(probe->total().count, 2U);
}

TEST(Probe, MayBeReadWhileItIsWritten) {
    const Watchdog watchdog;
    const auto probe = std::make_unique<Probe>();
    std::atomic<bool> stop{false};
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i) {
        readers.emplace_back([&] {
            while (!stop) {
                const ProbeFigures window = probe->window();
                EXPECT_LE(window.max, 400);
                EXPECT_LE(window.p999, 400);
                EXPECT_LE(probe->total().max, 400);
                EXPECT_LE(probe->now(), 400);
            }
        });
    }
    for (int i = 0; i < 200'000; ++i) {
        probe->record(100 + i % 301);
        if (i % 5000 == 0) {
            probe->next_second();
        }
        if (i == 99'999) {
            probe->request_reset();
        }
    }
    stop = true;
    for (std::thread& reader : readers) {
        reader.join();
    }
    EXPECT_EQ(probe->total().count, 100'000U);
}

}  // namespace
}  // namespace outboard::ipc::test
