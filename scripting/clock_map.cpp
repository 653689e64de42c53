#include "scripting/clock_map.h"

#include <cmath>

namespace outboard::scripting {

const ClockPoint& ClockMap::point_at(double sample) const noexcept {
    std::uint32_t at = 0;
    while (at + 1 < count && points[at + 1].sample <= sample) {
        ++at;
    }
    return points[at];
}

double ClockMap::beat_at(double sample) const noexcept {
    const ClockPoint& point = point_at(sample);
    return point.clock_beat + (sample - point.sample) * point.tempo / (60.0 * sample_rate);
}

double ClockMap::sample_of(double clock_beat) const noexcept {
    std::uint32_t at = 0;
    while (at + 1 < count && points[at + 1].clock_beat <= clock_beat) {
        ++at;
    }
    const ClockPoint& point = points[at];
    return point.sample + (clock_beat - point.clock_beat) * (60.0 * sample_rate) / point.tempo;
}

std::int64_t round_sample(double exact) noexcept {
    constexpr double tolerance = 1e-4;
    return static_cast<std::int64_t>(std::floor(exact + 0.5 + tolerance));
}

}  // namespace outboard::scripting
