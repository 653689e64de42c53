#include "scripting/clock_map.h"

#include <algorithm>
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

void ClockMemory::hear(const ClockMap& clock) noexcept {
    for (std::uint32_t i = 0; i < clock.count; ++i) {
        const Point point{clock.points[i].sample, clock.points[i].clock_beat,
                          60.0 * clock.sample_rate / clock.points[i].tempo};
        const Point& last = points_[(count_ + most - 1) % most];
        const bool known = count_ > 0 && point.sample == last.sample && point.clock_beat == last.clock_beat &&
                           point.samples_per_beat == last.samples_per_beat;
        if (!known) {
            points_[count_ % most] = point;
            ++count_;
        }
    }
}

double ClockMemory::sample_of(double clock_beat) const noexcept {
    std::uint32_t back = 1;
    while (back < std::min(count_, most) && points_[(count_ - back) % most].clock_beat > clock_beat) {
        ++back;
    }
    const Point& point = points_[(count_ + most - back) % most];
    return point.sample + (clock_beat - point.clock_beat) * point.samples_per_beat;
}

std::int64_t round_sample(double exact) noexcept {
    constexpr double tolerance = 1e-4;
    return static_cast<std::int64_t>(std::floor(exact + 0.5 + tolerance));
}

}  // namespace outboard::scripting
