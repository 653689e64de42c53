// Room: the one reverb of the mixer. Tracks send to it behind their faders; what it answers is added to the mix.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "audio/mixer.h"

namespace outboard::audio {

class Room {
public:
    /// [control] For blocks of at most `max_frames`.
    Room(double sample_rate, std::uint32_t max_frames);
    ~Room();
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    /// [rt] Where tracks add what they send in this block: interleaved frames.
    [[nodiscard]] float* bus() noexcept { return bus_.data(); }
    PeakMeter left_peak, right_peak;  ///< of what was sent
    /// [rt] Adds the reverberation to interleaved `out`, and empties the bus. Costs nothing while all is silent; when
    /// it falls silent does not depend on how the samples are cut into blocks.
    void add_to(float* out, std::uint32_t frames) noexcept;
    /// [rt] Whether what was sent is still heard: for three seconds, after which it is 60 dB softer.
    [[nodiscard]] bool sounding() const noexcept { return quiet_ < heard_frames_; }

private:
    struct Reverb;
    std::unique_ptr<Reverb> reverb_;
    std::vector<float> bus_;
    const std::uint32_t heard_frames_, tail_frames_;
    std::uint32_t quiet_;  ///< frames since the last one that was not silence, at most tail_frames_
};

}  // namespace outboard::audio
