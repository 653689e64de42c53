// CycleClock: when the device's next call is due, from when the calls so far began.
//
// Calls begin late by what waking up costs, each by another amount. A delay-locked loop of second order takes that out:
// F. Adriaensen, "Using a DLL to filter time", Linux Audio Conference 2005 (JACK's own clock is made so). Such a loop
// takes hundreds of calls to get over a jump, and swings beyond it. But a device that has stood still, or has slipped
// (an xrun), goes on with the period that it had: then only the new moment is looked for. No call begins before its
// moment, so an early one is taken at its word: JACK, for one, makes up for a gap with one call at once, and the ones
// after it have a period between them. (But that one begins late itself: everybody else was stopped, too.)
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
        if (frames != frames_ || std::abs(error) > nominal) {
            const bool known = frames == frames_ && std::abs(period_ - nominal) < nominal * most_deviation;
            if (!known) {
                frames_ = frames;
                period_ = nominal;
                followed_ = 0;
            }
            origin_ns_ = now_ns;
            next_ = period_;
            calls_ = known ? first_trusted : 0;
            strays_ = 0;
            catching_ = catching_up;
            return foretold();
        }
        const double now = next_;
        if (catching_ > 0) {
            --catching_;
            next_ = now + period_ + (error < 0 ? error : late_gain * error);
            if (error < -nominal / 2) {
                next_ -= nominal * makes_up_late;
            }
        } else {
            // Quick at first, then slow enough to see through the jitter.
            const double bandwidth = followed_ < settling ? 4 : 0.5;
            const double omega = 2 * std::numbers::pi * bandwidth * nominal * 1e-9;
            next_ = now + period_ + std::numbers::sqrt2 * omega * error;
            period_ += omega * omega * error;
            followed_ += followed_ < settling ? 1 : 0;
            look_for_slip(error, nominal * stray);
        }
        // Kept small, so that the numbers keep their nanoseconds for days.
        const auto moved = static_cast<std::int64_t>(now);
        origin_ns_ += moved;
        next_ -= static_cast<double>(moved);
        calls_ += calls_ < first_trusted ? 1 : 0;
        return foretold();
    }

private:
    static constexpr int settling = 200;     ///< calls until the period is followed slowly
    static constexpr int first_trusted = 3;  ///< call whose successor is foretold while the period is not known
    static constexpr int catching_up = 16;   ///< calls that look for the moment alone
    static constexpr double late_gain = 0.5;
    static constexpr double makes_up_late = 1.0 / 8;  ///< of a period, begins the call that makes up for a gap
    static constexpr double most_deviation = 0.01;    ///< of the nominal period: more is another rate's
    static constexpr double stray = 1.0 / 16;   ///< of a period: further away than by what a call begins late or early
    static constexpr int strays_of_a_slip = 3;  ///< in a row, on the same side

    [[nodiscard]] std::int64_t foretold() const noexcept {
        return calls_ < first_trusted ? 0 : origin_ns_ + static_cast<std::int64_t>(next_);
    }
    void look_for_slip(double error, double limit) noexcept {
        if (std::abs(error) < limit) {
            strays_ = 0;
            return;
        }
        const int side = error > 0 ? 1 : -1;
        strays_ = strays_ * side > 0 ? strays_ + side : side;
        if (std::abs(strays_) == strays_of_a_slip) {
            strays_ = 0;
            catching_ = catching_up;
        }
    }

    std::uint32_t frames_ = 0;
    int calls_ = 0;     ///< since a gap
    int followed_ = 0;  ///< calls that have told of the period
    int catching_ = 0;  ///< calls that will tell of the moment alone
    int strays_ = 0;    ///< in a row; below zero: too early
    std::int64_t origin_ns_ = 0;
    double next_ = 0;    ///< ns after origin
    double period_ = 0;  ///< ns
};

}  // namespace outboard::audio
