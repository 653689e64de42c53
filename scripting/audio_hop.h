// AudioHop: the host's half of `audio.process`, the second way from the engine to a script and back: what its
// instrument made goes to the child, and what the child made of it goes to the mixer. Pure bookkeeping of samples; Slot
// does the talking.
//
// In real time it is pipelined: a block is posted after its instrument has been rendered, and heard one block later, so
// nobody ever waits for it. The host keeps the dry sound. A block that does not come back in time is heard dry, delayed
// alike; so nothing jumps. Where the sound goes over from dry to processed or back, or from one script to the next, the
// difference between the two is faded out over 64 samples. Offline the answer is waited for in the same block, and
// there is no latency.
//
// The latency is the length of the longest block so far (blocks of one length: exactly one block), and stays while a
// script that died is made anew. All on the audio thread, without allocation; the cost is two copies and a look at each
// sample.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ipc/audio_memory.h"
#include "scripting/script_slot.h"

namespace outboard::scripting {

class AudioHop {
public:
    static constexpr std::uint32_t fade_frames = 64;
    static constexpr float loudest = 64;  ///< what a script says beyond +36 dB is cut off there

    explicit AudioHop(bool pipelined);

    // ---- [rt] -------------------------------------------------------------------------------------------------
    /// A child that processes, with its memory (AudioMemory::bytes), from the next block on; 1 or 2 channels.
    void adopt(std::span<std::byte> memory, std::uint32_t channels) noexcept;
    /// The child is gone, and what it had is heard dry. `again`: another one is on its way, so the latency stays.
    void let_go(bool again) noexcept;

    /// Whether the sound must go through put() and get(): there is a child that processes, or something is left of one.
    [[nodiscard]] bool running() const noexcept {
        return !memory_.empty() || latency_ > 0 || fading_ > 0 || heard_source_ != 0 || offset_left_ > 0;
    }

    struct Block {
        std::uint32_t slot = 0;
        std::uint64_t number = 0;
        std::int64_t start = 0;
        std::uint32_t frames = 0;
        std::int64_t posted_ns = 0;
    };
    /// Keeps a block of the instrument's sound, and puts a copy where the child can work on it. Nothing: it is heard
    /// dry (no child, or all slots are still with it: then it counts as missed). Otherwise to be posted with posted();
    /// if that fails, with forget().
    std::optional<Block> put(std::uint64_t number, std::int64_t start, std::uint32_t frames, const float* left,
                             const float* right) noexcept;
    void posted(const Block& block) noexcept;
    /// The blocks that are at the child.
    [[nodiscard]] std::uint32_t pending() const noexcept { return pending_count_; }
    [[nodiscard]] const Block& oldest() const noexcept { return pending_[pending_first_]; }
    /// The oldest of them has come back. Without `processed` its dry sound is heard.
    void take(bool processed) noexcept;

    /// The sound of a block, at the same place. False: a part of it should have come back, and is heard dry.
    bool get(std::int64_t start, std::uint32_t frames, float* left, float* right) noexcept;

    /// A block went by without the hop: a script that comes now comes into something that sounds.
    void skip() noexcept { fresh_ = false; }

    // ---- any thread -------------------------------------------------------------------------------------------
    [[nodiscard]] AudioFigures figures() const noexcept;

private:
    static constexpr std::size_t ring_frames = std::size_t{2} * ipc::AudioMemory::max_frames;
    [[nodiscard]] static std::size_t place(std::int64_t sample) noexcept {
        return static_cast<std::size_t>(sample) % ring_frames;
    }
    void change_latency(std::uint32_t latency, std::int64_t start) noexcept;
    [[nodiscard]] float heard(std::size_t channel, std::size_t at) const noexcept {
        return source_[at] != 0 ? wet_[channel][at] : dry_[channel][at];
    }
    void change_source(std::size_t at, bool from_silence) noexcept;
    [[nodiscard]] float cleaned(float sample) noexcept;
    static void add(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) noexcept {
        counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }

    const bool pipelined_;
    std::span<std::byte> memory_;
    std::uint32_t channels_ = 2;
    bool again_ = false;  ///< without a child: its latency is kept for the next one
    bool fresh_ = true;   ///< nothing has been heard yet: what comes first need not be faded in
    // The last ring_frames samples by their time: as the instrument made them, as the script made them, and by which
    // script (0: not processed, or not back).
    std::array<std::vector<float>, 2> dry_, wet_;
    std::vector<std::uint8_t> source_;
    std::uint8_t script_ = 0;  ///< counts the scripts, without 0
    std::array<Block, ipc::AudioMemory::slot_count> pending_{};
    std::uint32_t pending_first_ = 0, pending_count_ = 0, next_slot_ = 0;
    std::int64_t kept_end_ = 0;  ///< the rings hold what lies before this
    std::uint32_t latency_ = 0;
    std::uint32_t latency_before_ = 0, fading_ = 0;  ///< frames left of the fade from the latency before
    bool jumped_ = false;                            ///< the next sample is the first with another latency
    std::int64_t joint_ = INT64_MIN;                 ///< what lies before this sample was not kept: silence
    std::uint8_t heard_source_ = 0;
    std::array<float, 2> residue_{};  ///< of the last sample heard: what was not dry in it
    std::array<float, 2> offset_{};   ///< what is faded out since the source changed
    std::uint32_t offset_left_ = 0;
    std::uint64_t cleaned_here_ = 0;
    std::atomic<std::uint64_t> calls_{0}, late_{0}, missed_{0}, dry_count_{0}, cleaned_{0};
    std::atomic<std::uint32_t> latency_seen_{0};
};

}  // namespace outboard::scripting
