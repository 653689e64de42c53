// ScriptBudget: how long a callback may wait for its scripts.
//
// Two limits, the earlier one holds: a share of the block (Options.deadline), and what instruments and mixer need
// afterwards, as learned from the callbacks before, so that a track with many voices does not make a waiting callback
// miss the device. Blocks of one callback are due one after the other: what an early one leaves over, the next one may
// use.
#pragma once

#include <algorithm>
#include <cstdint>

namespace outboard::audio {

class ScriptBudget {
public:
    explicit ScriptBudget(double share) noexcept : share_(share) {}

    /// [rt] What instruments and mixer took in a callback of `frames`.
    void learn(std::int64_t ns, std::uint32_t frames) noexcept {
        // Smoothed over some 32 callbacks: one stall of the machine must not make the scripts of a second late.
        const double measured = static_cast<double>(ns) / frames;
        ns_per_frame_ = learned_ ? ns_per_frame_ + (measured - ns_per_frame_) / 32 : measured;
        learned_ = true;
    }

    /// [rt] Latest end of the waiting, in ns after the callback's begin, for the block of `frames` that begins `done`
    /// frames into a callback of `total`.
    [[nodiscard]] double end_ns(std::uint32_t done, std::uint32_t frames, std::uint32_t total,
                                double frame_ns) const noexcept {
        const double by_share = (done + share_ * frames) * frame_ns;
        const double by_device = total * frame_ns - margin * ns_per_frame_ * (total - done);
        // Less than this would make scripts late that only need to be woken; overloaded is overloaded.
        const double least = (done + least_share * frames) * frame_ns;
        return std::max(std::min(by_share, by_device), std::min(by_share, least));
    }

private:
    static constexpr double margin = 1.25;
    static constexpr double least_share = 0.1;

    double share_;
    double ns_per_frame_ = 0;
    bool learned_ = false;
};

}  // namespace outboard::audio
