// FrameReader: whole messages out of the bytes of an OS pipe.
//
// A frame is 8 bytes (magic, 0, length) and the payload. A pipe gives any part of it, so what is begun is kept. All
// memory is allocated in the constructor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ipc/native.h"
#include "ipc/pipe.h"

namespace outboard::ipc {

/// [rt] Bytes that are in a pipe now, at most as many as `into` has room for. ok (size > 0), timed_out (nothing there),
/// closed (the end), corrupt (cannot be read). Each system has its own.
Received read_now(Handle pipe, std::span<std::byte> into) noexcept;

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
    Received read(Handle descriptor, std::span<std::byte> buffer) noexcept;

private:
    /// Fills `into` from `have` on; ok when it is full.
    Status fill(Handle descriptor, std::span<std::byte> into, std::size_t& have) noexcept;

    std::array<std::byte, sizeof(FrameHeader)> header_{};
    std::size_t header_have_ = 0;
    std::vector<std::byte> payload_;
    std::size_t payload_have_ = 0;
};

}  // namespace outboard::ipc
