// RingWriter, RingReader: one single-producer single-consumer ring of framed messages in shared memory.
//
// The other side is not trusted. Each side keeps its own index in private memory and only publishes it; it never
// reads back a word that it wrote. An index or a length that comes from the other side is read once, checked
// against what is possible, and only then used; a payload is copied once. So whatever the peer writes, the worst
// result is Status::corrupt.
//
// Indices count bytes and never wrap in practice (64 bits); the ring's size is a power of two. A frame is 8 bytes
// (length, and its complement in the upper half, so that zeroed or stray memory is no frame) and the payload,
// padded to 8 bytes. A payload that reaches the end of the ring goes on at its start.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "ipc/pipe.h"

namespace outboard::ipc {

inline constexpr std::size_t frame_header_bytes = 8;

/// Largest message for a ring of so many bytes: two of them always find room in an empty ring.
[[nodiscard]] constexpr std::size_t ring_capacity(std::size_t ring_bytes) noexcept {
    return ring_bytes / 2 - frame_header_bytes;
}

/// The producer's side.
class RingWriter {
public:
    /// `bytes`: a power of two, at least 64, aligned to 8. `write_index` is ours, `read_index` the peer's.
    RingWriter(std::span<std::byte> bytes, std::atomic<std::uint64_t>& write_index,
               const std::atomic<std::uint64_t>& read_index) noexcept
        : bytes_(bytes), write_index_(write_index), read_index_(read_index) {}

    /// [rt] ok, full, too_large, corrupt (the peer's read index is impossible).
    Status write(std::span<const std::byte> message) noexcept;
    [[nodiscard]] std::size_t capacity() const noexcept { return ring_capacity(bytes_.size()); }
    /// [rt] Bytes that the peer has not read yet; the whole ring when its index makes no sense. Any thread.
    [[nodiscard]] std::size_t pending() const noexcept;

private:
    void copy_in(std::uint64_t at, std::span<const std::byte> from) noexcept;

    std::span<std::byte> bytes_;
    std::atomic<std::uint64_t>& write_index_;
    const std::atomic<std::uint64_t>& read_index_;
    std::atomic<std::uint64_t> next_{0};  ///< our own write index; one writer, atomic for pending()
    std::uint64_t taken_ = 0;             ///< the peer's index as last read: looked up again when room seems short
};

/// The consumer's side.
class RingReader {
public:
    /// `bytes` as above. `write_index` is the peer's, `read_index` ours.
    RingReader(std::span<const std::byte> bytes, const std::atomic<std::uint64_t>& write_index,
               std::atomic<std::uint64_t>& read_index) noexcept
        : bytes_(bytes), write_index_(write_index), read_index_(read_index) {}

    /// [rt] Takes the oldest message: ok, timed_out (the ring is empty), too_large (it stays), corrupt.
    Received read(std::span<std::byte> buffer) noexcept;

private:
    void copy_out(std::uint64_t at, std::span<std::byte> to) const noexcept;

    std::span<const std::byte> bytes_;
    const std::atomic<std::uint64_t>& write_index_;
    std::atomic<std::uint64_t>& read_index_;
    std::uint64_t next_ = 0;  ///< our own read index
};

}  // namespace outboard::ipc
