// FrameWriter: the writing side of frame_reader.h, over overlapped calls. What a pipe has no room for stays with the
// system, which pushes it on by itself; the next frame waits until it is through. All memory is allocated in the
// constructor.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <windows.h>

#include "ipc/descriptor.h"
#include "ipc/frame_reader.h"

namespace outboard::ipc {

class FrameWriter {
public:
    /// Throws std::system_error.
    FrameWriter(Handle pipe, std::size_t capacity);

    /// [rt] Writes one message. ok, full (nothing was written: the last one is not through), closed (nobody reads).
    Status write(Handle pipe, std::span<const std::byte> message) noexcept;
    /// [rt] Whether the last frame is through: ok, full (not yet), closed.
    Status flush() noexcept;
    /// [control] Takes back what is not through. Before the pipe is closed, and before this goes.
    void cancel(Handle pipe) noexcept;
    /// Bytes of a frame that is not through. Any thread.
    [[nodiscard]] std::size_t rest() const noexcept;
    /// [control] Waits until the last frame may be through, wake() was called, or the deadline (now_ns()) has come.
    void wait(std::int64_t deadline_ns) const noexcept;
    void wake() const noexcept;  ///< [control] any thread

private:
    std::vector<std::byte> frame_;
    Descriptor port_;
    OVERLAPPED call_{};
    std::atomic<std::size_t> under_way_{0};
};

}  // namespace outboard::ipc
