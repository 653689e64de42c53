#include "scripting/audio_hop.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace outboard::scripting {

using ipc::AudioMemory;

AudioHop::AudioHop(bool pipelined) : pipelined_(pipelined), source_(ring_frames) {
    for (std::size_t c = 0; c < 2; ++c) {
        dry_[c].resize(ring_frames);
        wet_[c].resize(ring_frames);
    }
}

void AudioHop::adopt(std::span<std::byte> memory, std::uint32_t channels) noexcept {
    memory_ = memory;
    channels_ = channels;
    script_ = script_ == std::numeric_limits<std::uint8_t>::max() ? std::uint8_t{1} : std::uint8_t(script_ + 1);
    pending_first_ = pending_count_ = next_slot_ = 0;
}

void AudioHop::let_go(bool again) noexcept {
    memory_ = {};
    again_ = again;
    pending_count_ = 0;
}

/// What lies before the first block of a hop that begins is silence.
void AudioHop::change_latency(std::uint32_t latency, std::int64_t start) noexcept {
    if (latency_ == 0 && latency > 0) {
        for (std::int64_t sample = start - latency; sample < start; ++sample) {
            dry_[0][place(sample)] = dry_[1][place(sample)] = 0;
            source_[place(sample)] = 0;
        }
    }
    if (!fresh_) {
        latency_before_ = latency_;
        fading_ = fade_frames;
        jumped_ = true;
        joint_ = latency_ == 0 ? start : joint_;
    }
    latency_ = latency;
    latency_seen_.store(latency, std::memory_order_relaxed);
}

std::optional<AudioHop::Block> AudioHop::put(std::uint64_t number, std::int64_t start, std::uint32_t frames,
                                             const float* left, const float* right) noexcept {
    if (frames == 0 || frames > AudioMemory::max_frames) {
        return {};
    }
    if (memory_.empty() && !again_ && latency_ > 0) {
        change_latency(0, start);
    } else if (pipelined_ && !memory_.empty() && frames > latency_) {
        change_latency(frames, start);
    }
    for (std::uint32_t i = 0; i < frames; ++i) {
        const std::size_t at = place(start + i);
        dry_[0][at] = left[i];
        dry_[1][at] = right[i];
        source_[at] = 0;
    }
    kept_end_ = start + frames;
    if (memory_.empty()) {
        return {};
    }
    if (pending_count_ == AudioMemory::slot_count) {
        add(missed_);
        return {};
    }
    float* const to = AudioMemory::slot(memory_, next_slot_).data();
    if (channels_ == 2) {
        std::copy_n(left, frames, to);
        std::copy_n(right, frames, to + frames);
    } else {
        for (std::uint32_t i = 0; i < frames; ++i) {
            to[i] = (left[i] + right[i]) / 2;
        }
    }
    return Block{next_slot_, number, start, frames, 0};
}

void AudioHop::posted(const Block& block) noexcept {
    pending_[(pending_first_ + pending_count_) % AudioMemory::slot_count] = block;
    ++pending_count_;
    next_slot_ = (next_slot_ + 1) % AudioMemory::slot_count;
    add(calls_);
}

/// Denormals are made zero here: the callback computes without them, but a copy is no computation.
float AudioHop::cleaned(float sample) noexcept {
    const float size = std::abs(sample);
    if (size >= std::numeric_limits<float>::min() && size <= loudest) {
        return sample;
    }
    if (size < std::numeric_limits<float>::min()) {
        return 0;
    }
    ++cleaned_here_;
    return std::isfinite(sample) ? std::copysign(loudest, sample) : 0.0F;
}

void AudioHop::take(bool processed) noexcept {
    const Block block = pending_[pending_first_];
    pending_first_ = (pending_first_ + 1) % AudioMemory::slot_count;
    --pending_count_;
    const bool gone = kept_end_ - block.start > static_cast<std::int64_t>(ring_frames);  // so late: counted as that
    if (!processed || gone) {
        add(dry_count_, processed ? 0 : 1);
        return;
    }
    const float* const from = AudioMemory::slot(memory_, block.slot).data();
    cleaned_here_ = 0;
    for (std::size_t c = 0; c < 2; ++c) {
        const float* const samples = from + (channels_ == 2 ? c * block.frames : 0);
        std::vector<float>& to = wet_[c];
        for (std::uint32_t i = 0; i < block.frames; ++i) {
            to[place(block.start + i)] = cleaned(*static_cast<const volatile float*>(samples + i));  // read once
        }
    }
    if (cleaned_here_ > 0) {
        add(cleaned_, cleaned_here_);
    }
    for (std::uint32_t i = 0; i < block.frames; ++i) {
        source_[place(block.start + i)] = script_;
    }
}

/// From the next sample on another source is heard: its difference to what would have gone on is faded out. Where sound
/// begins in the midst (the joint), what would have gone on is silence.
void AudioHop::change_source(std::size_t at, bool from_silence) noexcept {
    if (!fresh_) {
        for (std::size_t c = 0; c < 2; ++c) {
            offset_[c] = residue_[c] - (heard(c, at) - (from_silence ? 0 : dry_[c][at]));
        }
        offset_left_ = fade_frames;
    }
    heard_source_ = source_[at];
}

bool AudioHop::get(std::int64_t start, std::uint32_t frames, float* left, float* right) noexcept {
    if (frames == 0 || frames > AudioMemory::max_frames) {
        return true;
    }
    std::array<float*, 2> out{left, right};
    for (std::uint32_t i = 0; i < frames; ++i) {
        const std::size_t at = place(start + i - latency_);
        if (jumped_) {  // the fade from one latency to the other covers it
            jumped_ = false;
            heard_source_ = source_[at];
        } else if (source_[at] != heard_source_ || start + i - latency_ == joint_) {
            change_source(at, start + i - latency_ == joint_);
        }
        const float offset = static_cast<float>(offset_left_) / fade_frames;
        const float before = static_cast<float>(fading_) / fade_frames;
        const std::size_t at_before = place(start + i - latency_before_);
        for (std::size_t c = 0; c < 2; ++c) {
            float sample = heard(c, at);
            if (offset_left_ > 0) {
                sample += offset_[c] * offset;
            }
            residue_[c] = sample - dry_[c][at];
            if (fading_ > 0) {
                sample += (heard(c, at_before) - sample) * before;
            }
            out[c][i] = sample;
        }
        offset_left_ -= offset_left_ > 0 ? 1 : 0;
        fading_ -= fading_ > 0 ? 1 : 0;
    }
    fresh_ = false;
    const bool overdue = pending_count_ > 0 && oldest().start < start + frames - std::int64_t{latency_};
    if (overdue) {
        add(late_);
    }
    return !overdue;
}

AudioFigures AudioHop::figures() const noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    return {calls_.load(relaxed),     late_.load(relaxed),    missed_.load(relaxed),
            dry_count_.load(relaxed), cleaned_.load(relaxed), latency_seen_.load(relaxed)};
}

}  // namespace outboard::scripting
