#include "audio/room.h"

#include <FreeVerb.h>

#include <algorithm>
#include <array>
#include <mutex>

namespace outboard::audio {

namespace {

constexpr double heard_seconds = 3;
constexpr double tail_seconds = 10;  ///< until it is 180 dB softer

}  // namespace

/// The library keeps the sample rate in one place for all, and scales its table of delays for good whenever one is made
/// (STK 4.6.2): each of ours is made with the table as it was. It allocates when it is made, and never again.
struct Room::Reverb final : stk::FreeVerb {
    static std::unique_ptr<Reverb> make(double sample_rate) {
        static std::mutex mutex;
        const std::lock_guard lock(mutex);
        stk::Stk::setSampleRate(sample_rate);
        const auto combs = std::to_array(cDelayLengths);
        const auto all_passes = std::to_array(aDelayLengths);
        auto reverb = std::make_unique<Reverb>();
        std::copy(combs.begin(), combs.end(), std::begin(cDelayLengths));
        std::copy(all_passes.begin(), all_passes.end(), std::begin(aDelayLengths));
        reverb->setEffectMix(1);  // what is dry goes its own way
        return reverb;
    }
};

Room::Room(double sample_rate, std::uint32_t max_frames)
    : reverb_(Reverb::make(sample_rate)),
      bus_(std::size_t{2} * max_frames),
      heard_frames_(static_cast<std::uint32_t>(heard_seconds * sample_rate)),
      tail_frames_(static_cast<std::uint32_t>(tail_seconds * sample_rate)),
      quiet_(tail_frames_) {}

Room::~Room() = default;

void Room::add_to(float* out, std::uint32_t frames) noexcept {
    for (std::uint32_t i = 0; i < frames; ++i) {
        float& left = bus_[std::size_t{2} * i];
        float& right = bus_[std::size_t{2} * i + 1];
        if (left != 0 || right != 0) {
            quiet_ = 0;
        } else if (quiet_ == tail_frames_) {
            continue;
        } else if (++quiet_ == tail_frames_) {
            reverb_->clear();
            continue;
        }
        out[2 * i] += static_cast<float>(reverb_->tick(left, right, 0));
        out[2 * i + 1] += static_cast<float>(reverb_->lastOut(1));
        left = right = 0;
    }
}

}  // namespace outboard::audio
