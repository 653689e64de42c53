// CycleClock: when the device's next call is due, from when the calls so far began.
//
// Calls begin late by what waking up costs, each by another amount. A delay-locked loop of second order takes that out:
// F. Adriaensen, "Using a DLL to filter time", Linux Audio Conference 2005 (JACK's own clock is made so).
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace outboard::audio {

class CycleClock {
public:
    /// [rt] A call for `frames` begins at `now_ns`. Returns when the next one is due; 0 while no rhythm is known.
    std::int64_t begin(std::int64_t now_ns, std::uint32_t frames, double sample_rate) noexcept {
        const double nominal = frames * 1e9 / sample_rate;
        const double error = static_cast<double>(now_ns - origin_ns_) - next_;
        const bool lost = frames != frames_ || std::abs(error) > nominal;
        if (lost) {
            frames_ = frames;
            origin_ns_ = now_ns;
            next_ = period_ = nominal;
            cycles_ = 0;
            return 0;
        }
        // Quick at first, then slow enough to see through the jitter.
        const double bandwidth = cycles_ < settling ? 4 : 0.5;
        const double omega = 2 * std::numbers::pi * bandwidth * nominal * 1e-9;
        const double now = next_;
        next_ = now + std::numbers::sqrt2 * omega * error + period_;
        period_ += omega * omega * error;
        ++cycles_;
        // Kept small, so that the numbers keep their nanoseconds for days.
        const auto moved = static_cast<std::int64_t>(now);
        origin_ns_ += moved;
        next_ -= static_cast<double>(moved);
        return cycles_ < first_trusted ? 0 : origin_ns_ + static_cast<std::int64_t>(next_);
    }

private:
    static constexpr std::uint32_t settling = 200;
    static constexpr std::uint32_t first_trusted = 16;

    std::uint32_t frames_ = 0;
    std::uint32_t cycles_ = 0;
    std::int64_t origin_ns_ = 0;
    double next_ = 0;    ///< ns after origin
    double period_ = 0;  ///< ns
};

}  // namespace outboard::audio
