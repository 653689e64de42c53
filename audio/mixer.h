// Mixer: gains that change without a click, and peak meters.
//
// At gain 0 dB and pan 0, once no ramp runs, samples go through untouched, bit for bit.
#pragma once

#include <atomic>
#include <cstdint>

namespace outboard::audio {

struct StereoGain {
    float left = 1, right = 1;
    friend bool operator==(const StereoGain&, const StereoGain&) = default;
};

/// Decibels to a factor; 0 gives exactly 1, -120 and less exactly 0.
[[nodiscard]] float gain_of_db(double db) noexcept;
/// Fader and pan (-1..1): constant power, scaled so that the middle leaves both sides as they are (the ends are +3 dB).
[[nodiscard]] StereoGain strip_gain(double db, double pan) noexcept;

/// Loudest sample since it was last read. One writer, one reader; a peak in the very moment of reading may be lost.
class PeakMeter {
public:
    void note(float peak) noexcept {  ///< [rt]
        if (peak > peak_.load(std::memory_order_relaxed)) {
            peak_.store(peak, std::memory_order_relaxed);
        }
    }
    [[nodiscard]] float take() noexcept { return peak_.exchange(0, std::memory_order_relaxed); }

private:
    std::atomic<float> peak_{0};
};

/// A stereo gain that moves to its target in a straight line over 64 samples.
class GainStage {
public:
    static constexpr std::uint32_t ramp_frames = 64;

    /// [rt] From the next sample on. The first target ever is taken at once.
    void set(StereoGain target) noexcept;
    [[nodiscard]] StereoGain target() const noexcept { return target_; }
    [[nodiscard]] bool ramping() const noexcept { return position_ < ramp_frames; }

    /// [rt] Adds two channels, gained, to interleaved `out`. Notes the peaks of what it added.
    void add(const float* left, const float* right, std::uint32_t frames, float* out, PeakMeter& left_peak,
             PeakMeter& right_peak) noexcept;
    /// [rt] Gains interleaved frames in place.
    void apply(float* out, std::uint32_t frames, PeakMeter& left_peak, PeakMeter& right_peak) noexcept;

private:
    StereoGain next() noexcept;

    StereoGain from_, target_;
    std::uint32_t position_ = ramp_frames;
    bool fresh_ = true;
};

}  // namespace outboard::audio
