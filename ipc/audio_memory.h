// AudioMemory: blocks of samples that a host and its child work on in place, in a memory file beside the rings.
//
// Both write to it, so nothing else lies in it: no index, no length, no flag. Which block belongs to whom, and how long
// it is, is said in messages (protocol.h: PostType::audio). A child may write anything at any time; the host keeps
// what it posted for itself, and copies an answer once before it looks at it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "ipc/shared_memory.h"

namespace outboard::ipc {

struct AudioMemory {
    static constexpr std::uint32_t slot_count =
        3;  ///< one being written, one at the child, one more if the child is late
    static constexpr std::uint32_t channels = 2;
    static constexpr std::uint32_t max_frames = 8192;
    static constexpr std::size_t slot_floats = std::size_t{channels} * max_frames;
    static constexpr std::size_t bytes = slot_count * slot_floats * sizeof(float);  ///< whole pages everywhere

    /// [control] As SharedMemory::create; the child may write to all of it.
    static SharedMemory::Created create() {
        return SharedMemory::create("outboard audio", bytes, SharedMemory::Access::read_write);
    }

    /// The samples of one slot, channel after channel, each as long as its block. `memory` of `bytes` bytes.
    [[nodiscard]] static std::span<float> slot(std::span<std::byte> memory, std::uint32_t index) noexcept {
        return {reinterpret_cast<float*>(memory.data()) + index * slot_floats, slot_floats};
    }
};

}  // namespace outboard::ipc
