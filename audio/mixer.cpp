#include "audio/mixer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace outboard::audio {

namespace {

/// The linear ramp's value; exact at both ends.
float between(float from, float to, std::uint32_t position) noexcept {
    return from + (to - from) * (static_cast<float>(position) / static_cast<float>(GainStage::ramp_frames));
}

}  // namespace

float gain_of_db(double db) noexcept {
    return db <= -120 ? 0.0F : static_cast<float>(std::pow(10.0, db / 20.0));
}

StereoGain strip_gain(double db, double pan) noexcept {
    const float gain = gain_of_db(db);
    if (pan == 0) {
        return {gain, gain};  // sqrt(2) * cos(pi / 4) is not exactly 1
    }
    const double angle = (std::clamp(pan, -1.0, 1.0) + 1) * std::numbers::pi / 4;
    const auto side = [gain](double share) { return gain * static_cast<float>(std::numbers::sqrt2 * share); };
    return {pan >= 1 ? 0.0F : side(std::cos(angle)), pan <= -1 ? 0.0F : side(std::sin(angle))};
}

void GainStage::set(StereoGain target) noexcept {
    if (target == target_ && !fresh_) {
        return;
    }
    if (fresh_) {
        fresh_ = false;
        position_ = ramp_frames;
    } else {
        from_ = ramping() ? StereoGain{between(from_.left, target_.left, position_),
                                       between(from_.right, target_.right, position_)}
                          : target_;
        position_ = 0;
    }
    target_ = target;
}

StereoGain GainStage::next() noexcept {
    if (position_ >= ramp_frames) {
        return target_;
    }
    ++position_;
    if (position_ == ramp_frames) {
        return target_;
    }
    return {between(from_.left, target_.left, position_), between(from_.right, target_.right, position_)};
}

void GainStage::add(const float* left, const float* right, std::uint32_t frames, float* out, PeakMeter& left_peak,
                    PeakMeter& right_peak) noexcept {
    if (!ramping() && target_ == StereoGain{0, 0}) {
        return;
    }
    float peak_left = 0, peak_right = 0;
    for (std::uint32_t i = 0; i < frames; ++i) {
        const StereoGain gain = next();
        const float l = left[i] * gain.left, r = right[i] * gain.right;
        out[2 * i] += l;
        out[2 * i + 1] += r;
        peak_left = std::max(peak_left, std::abs(l));
        peak_right = std::max(peak_right, std::abs(r));
    }
    left_peak.note(peak_left);
    right_peak.note(peak_right);
}

void GainStage::apply(float* out, std::uint32_t frames, PeakMeter& left_peak, PeakMeter& right_peak) noexcept {
    float peak_left = 0, peak_right = 0;
    for (std::uint32_t i = 0; i < frames; ++i) {
        const StereoGain gain = next();
        out[2 * i] *= gain.left;
        out[2 * i + 1] *= gain.right;
        peak_left = std::max(peak_left, std::abs(out[2 * i]));
        peak_right = std::max(peak_right, std::abs(out[2 * i + 1]));
    }
    left_peak.note(peak_left);
    right_peak.note(peak_right);
}

}  // namespace outboard::audio
