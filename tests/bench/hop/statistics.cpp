#include "hop/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace outboard::bench {

Summary summarise(std::vector<double> times_us) {
    Summary summary;
    summary.count = times_us.size();
    if (times_us.empty()) {
        return summary;
    }
    std::sort(times_us.begin(), times_us.end());
    const auto at = [&](double part) {
        const auto index = static_cast<std::size_t>(part * static_cast<double>(times_us.size()));
        return times_us[std::min(index, times_us.size() - 1)];
    };
    summary.mean = std::accumulate(times_us.begin(), times_us.end(), 0.0) / static_cast<double>(times_us.size());
    summary.p50 = at(0.5);
    summary.p99 = at(0.99);
    summary.p999 = at(0.999);
    summary.max = times_us.back();
    return summary;
}

void LogHistogram::add(double time_us) {
    const double place = std::log10(std::max(time_us, lowest_us) / lowest_us) * per_decade;
    ++counts[std::min(static_cast<std::size_t>(place), counts.size() - 1)];
}

}  // namespace outboard::bench
