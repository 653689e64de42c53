// FrameWriter: the writing side of frame_reader.h. A pipe takes any part of a frame, so what is begun is kept. All
// memory is allocated in the constructor.
#pragma once

#include <atomic>
#include <cstddef>
#include <span>
#include <vector>

#include "ipc/frame_reader.h"

namespace outboard::ipc {

class FrameWriter {
public:
    explicit FrameWriter(std::size_t capacity) : rest_(sizeof(FrameHeader) + capacity) {}

    /// [rt] Writes one message, or what the pipe takes of it, and keeps the rest. ok, full (nothing was written; a
    /// begun frame is finished first), closed (nobody reads).
    Status write(int descriptor, std::span<const std::byte> message) noexcept;
    /// [rt] Writes what is left of a begun frame: ok (nothing is left), full, closed.
    Status flush(int descriptor) noexcept;
    /// Bytes of a begun frame that wait for room. Any thread.
    [[nodiscard]] std::size_t rest() const noexcept { return rest_size_.load(std::memory_order_relaxed); }

private:
    std::vector<std::byte> rest_;
    std::size_t rest_start_ = 0;
    std::atomic<std::size_t> rest_size_{0};
};

}  // namespace outboard::ipc
