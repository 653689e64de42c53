// Statistics: what becomes of the times of many calls.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace outboard::bench {

struct Summary {
    std::size_t count = 0;
    double mean = 0, p50 = 0, p99 = 0, p999 = 0, max = 0;  ///< microseconds
};

/// Exact percentiles: all times are kept.
[[nodiscard]] Summary summarise(std::vector<double> times_us);

/// Counts in bins of equal width on a logarithmic axis, for plots: bin i begins at lowest_us * 10^(i / per_decade).
struct LogHistogram {
    static constexpr double lowest_us = 0.1;
    static constexpr int per_decade = 20, decades = 7;
    std::array<std::uint64_t, static_cast<std::size_t>(per_decade* decades)> counts{};
    void add(double time_us);
};

}  // namespace outboard::bench
