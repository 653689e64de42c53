// FrameReader, FrameWriter: whole messages over the bytes of a non-blocking pipe.
//
// A frame is 8 bytes (magic, 0, length) and the payload. A pipe takes and gives any part of it, so both sides keep
// what they have begun. All memory is allocated in the constructors.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ipc/pipe.h"

namespace outboard::ipc {

struct FrameHeader {
    static constexpr std::uint16_t expected_magic = 0x624f;  // "Ob"
    std::uint16_t magic = expected_magic;
    std::uint16_t zero = 0;
    std::uint32_t length = 0;
};
static_assert(sizeof(FrameHeader) == 8);

/// The reading side. It never reads past the frame at hand, so that the descriptor is readable as long as there is
/// another one.
class FrameReader {
public:
    explicit FrameReader(std::size_t capacity) : payload_(capacity) {}

    /// [rt] ok, timed_out (no whole message there yet), too_large (it stays), closed (end-of-file between two
    /// messages), peer_died (end-of-file within one), corrupt.
    Received read(int descriptor, std::span<std::byte> buffer) noexcept;

private:
    /// Fills `into` from `have` on; ok when it is full.
    Status fill(int descriptor, std::span<std::byte> into, std::size_t& have) noexcept;

    std::array<std::byte, sizeof(FrameHeader)> header_{};
    std::size_t header_have_ = 0;
    std::vector<std::byte> payload_;
    std::size_t payload_have_ = 0;
};

/// The writing side.
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
