// Segment: what lies in one of the two memory files of a SharedMemoryPipe.
//
// Each side has one file that it alone needs to write: the host's (to the child) is read-only in the child, the
// child's (to the host) is writable in both. A file holds a header, the words of its side, and from byte 4096 on
// the ring with the messages that its side sends.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace outboard::ipc {

struct Segment {
    static constexpr std::uint64_t expected_magic = 0x31656d616c467542;  // changes with the layout's meaning
    static constexpr std::uint32_t expected_version = 4;
    static constexpr std::size_t ring_offset = 4096;
    static constexpr std::size_t smallest_ring = 4096;
    static constexpr std::size_t largest_ring = std::size_t{1} << 30;

    enum class Direction : std::uint32_t { to_child = 1, to_host = 2 };

    // Written once by the host before the child exists, and read once by the child when it opens.
    std::uint64_t magic = expected_magic;
    std::uint32_t version = expected_version;
    Direction direction = Direction::to_child;
    std::uint64_t ring_bytes = 0;

    // A cache line has one writer, and what a message needs is as few lines as can be: every line that goes to the
    // other core costs 0.1 µs. `read_index` is looked at only when room seems short, `closed` never changes.
    alignas(64) std::atomic<std::uint64_t> write_index{0};  ///< bytes sent so far into this file's ring
    std::atomic<std::uint32_t> posts{0};                    ///< futex word that the other side waits on
    alignas(64) std::atomic<std::uint64_t> read_index{0};   ///< bytes taken so far from the other file's ring
    alignas(64) std::atomic<std::uint32_t> waiting{0};      ///< Waiting: what this side does about the other's `posts`
    std::atomic<std::int32_t> core{-1};                     ///< child: where it polls, as this_core() says
    /// host: when the next block is due (now_ns()); 0: unknown, or the other side may sleep
    alignas(64) std::atomic<std::int64_t> tick{0};
    std::atomic<std::uint32_t> beats{0};  ///< host: blocks foretold so far, those for which it may sleep, too
    alignas(64) std::atomic<std::uint64_t> polled_ns{0};  ///< child: time spent polling so far (Prewaker)
    alignas(64) std::atomic<std::uint32_t> closed{0};     ///< this side closed in order
};

static_assert(std::is_standard_layout_v<Segment> && sizeof(Segment) <= Segment::ring_offset);
static_assert(offsetof(Segment, version) == 8 && offsetof(Segment, ring_bytes) == 16);
static_assert(offsetof(Segment, write_index) == 64 && offsetof(Segment, posts) == 72 &&
              offsetof(Segment, read_index) == 128 && offsetof(Segment, waiting) == 192 &&
              offsetof(Segment, core) == 196 && offsetof(Segment, closed) == 384);

}  // namespace outboard::ipc
