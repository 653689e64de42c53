// SpscQueue: a fixed ring between exactly two threads, one that pushes and one that pops.
//
// Why not readerwriterqueue: its memory fences are invisible to ThreadSanitizer, which then reports a race at every
// hand-over, and no test could tell a true one from these. This one never allocates after its construction.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <utility>
#include <vector>

namespace outboard::scripting {

template <typename T>
class SpscQueue {
public:
    /// [control] Room for at least `capacity` values.
    explicit SpscQueue(std::size_t capacity) : slots_(std::bit_ceil(capacity)) {}

    /// [rt] False: full, nothing was taken.
    bool push(const T& value) noexcept {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_seen_ == slots_.size()) {
            head_seen_ = head_.load(std::memory_order_acquire);
            if (tail - head_seen_ == slots_.size()) {
                return false;
            }
        }
        slots_[tail & (slots_.size() - 1)] = value;
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }
    /// [rt] The pushing thread's look at the room that is left, at least.
    [[nodiscard]] std::size_t room() const noexcept {
        return slots_.size() - (tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire));
    }
    /// [rt] False: empty.
    bool pop(T& value) noexcept {
        T* const oldest = front();
        if (oldest == nullptr) {
            return false;
        }
        value = std::move(*oldest);
        drop_front();
        return true;
    }
    /// [rt] The popping thread's look at the oldest value; null when empty.
    [[nodiscard]] T* front() noexcept {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        return head == tail_.load(std::memory_order_acquire) ? nullptr : &slots_[head & (slots_.size() - 1)];
    }
    /// [rt] After front() gave a value.
    void drop_front() noexcept { head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

private:
    std::vector<T> slots_;
    alignas(64) std::atomic<std::size_t> head_{0};
    alignas(64) std::atomic<std::size_t> tail_{0};
    std::size_t head_seen_ = 0;  ///< the pushing thread's: it looks at the other one's line only when it must
};

}  // namespace outboard::scripting
