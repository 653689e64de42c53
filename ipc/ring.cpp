#include "ipc/ring.h"

#include <algorithm>
#include <cstring>

namespace outboard::ipc {

namespace {

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "indices are shared between processes");

constexpr std::uint64_t frame_bytes(std::uint64_t length) noexcept {
    return frame_header_bytes + ((length + 7) & ~std::uint64_t{7});
}

constexpr std::uint64_t frame_header(std::uint32_t length) noexcept {
    return std::uint64_t{length} | (std::uint64_t{~length} << 32);
}

}  // namespace

Status RingWriter::write(std::span<const std::byte> message) noexcept {
    if (message.size() > capacity()) {
        return Status::too_large;
    }
    const std::uint64_t next = next_.load(std::memory_order_relaxed);
    const std::uint64_t needed = frame_bytes(message.size());
    if (needed > bytes_.size() - (next - taken_)) {
        const std::uint64_t used = next - read_index_.load(std::memory_order_acquire);
        if (used > bytes_.size() || used % 8 != 0) {
            return Status::corrupt;
        }
        taken_ = next - used;
        if (needed > bytes_.size() - used) {
            return Status::full;
        }
    }
    const std::uint64_t header = frame_header(static_cast<std::uint32_t>(message.size()));
    copy_in(next, std::as_bytes(std::span(&header, 1)));
    copy_in(next + frame_header_bytes, message);
    next_.store(next + needed, std::memory_order_relaxed);
    write_index_.store(next + needed, std::memory_order_release);
    return Status::ok;
}

std::size_t RingWriter::pending() const noexcept {
    const std::uint64_t used = next_.load(std::memory_order_relaxed) - read_index_.load(std::memory_order_relaxed);
    return static_cast<std::size_t>(std::min<std::uint64_t>(used, bytes_.size()));
}

void RingWriter::copy_in(std::uint64_t at, std::span<const std::byte> from) noexcept {
    if (from.empty()) {
        return;
    }
    const std::size_t start = static_cast<std::size_t>(at) & (bytes_.size() - 1);
    const std::size_t first = std::min(from.size(), bytes_.size() - start);
    std::memcpy(bytes_.data() + start, from.data(), first);
    if (first < from.size()) {
        std::memcpy(bytes_.data(), from.data() + first, from.size() - first);
    }
}

Received RingReader::read(std::span<std::byte> buffer) noexcept {
    const std::uint64_t available = write_index_.load(std::memory_order_acquire) - next_;
    if (available == 0) {
        return {Status::timed_out, 0};
    }
    if (available > bytes_.size() || available % 8 != 0) {
        return {Status::corrupt, 0};
    }
    // Volatile: read exactly once. A peer that changes the length after the check must not be believed.
    const std::size_t start = static_cast<std::size_t>(next_) & (bytes_.size() - 1);
    const std::uint64_t header = *reinterpret_cast<const volatile std::uint64_t*>(bytes_.data() + start);
    const auto length = static_cast<std::uint32_t>(header);
    if (header != frame_header(length) || length > ring_capacity(bytes_.size()) || frame_bytes(length) > available) {
        return {Status::corrupt, 0};
    }
    if (length > buffer.size()) {
        return {Status::too_large, 0};
    }
    copy_out(next_ + frame_header_bytes, buffer.first(length));
    next_ += frame_bytes(length);
    read_index_.store(next_, std::memory_order_release);
    return {Status::ok, length};
}

void RingReader::copy_out(std::uint64_t at, std::span<std::byte> to) const noexcept {
    if (to.empty()) {
        return;
    }
    const std::size_t start = static_cast<std::size_t>(at) & (bytes_.size() - 1);
    const std::size_t first = std::min(to.size(), bytes_.size() - start);
    std::memcpy(to.data(), bytes_.data() + start, first);
    if (first < to.size()) {
        std::memcpy(to.data() + first, bytes_.data(), to.size() - first);
    }
}

}  // namespace outboard::ipc
