#include "ipc/semaphore.h"

#include <chrono>
#include <climits>
#include <ctime>
#include <thread>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ipc/clock.h"
#include "ipc/realtime.h"

namespace outboard::ipc {

namespace {

static_assert(sizeof(std::atomic<std::uint32_t>) == 4 && std::atomic<std::uint32_t>::is_always_lock_free,
              "a futex word is 32 bits");

// The operations without FUTEX_PRIVATE_FLAG: the word is known to the kernel by its page in the memory file, which
// two processes share under different addresses. Waiting works on a mapping that is read-only here.

void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t deadline_ns) noexcept {
    timespec deadline{};
    deadline.tv_sec = static_cast<time_t>(deadline_ns / 1'000'000'000);
    deadline.tv_nsec = static_cast<long>(deadline_ns % 1'000'000'000);
    const timespec* until = deadline_ns == no_deadline ? nullptr : &deadline;
    const AllowedSystemCall allowed;
    // WAIT_BITSET takes an absolute time on CLOCK_MONOTONIC, so an interrupted wait resumes to the same deadline.
    syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, expected, until, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void futex_wake(const std::atomic<std::uint32_t>& word) noexcept {
    const AllowedSystemCall allowed;
    syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace

Waiting Poster::post() noexcept {
    posts_.fetch_add(1, std::memory_order_seq_cst);
    const auto waiting = static_cast<Waiting>(waiting_.load(std::memory_order_seq_cst));
    if (waiting != Waiting::awake && waiting != Waiting::polling) {
        futex_wake(posts_);
    }
    return waiting;
}

void Waiter::wait(std::uint32_t seen, std::int64_t deadline_ns) noexcept {
    inside_.store(true, std::memory_order_seq_cst);
    set(Waiting::asleep);
    if (posts_.load(std::memory_order_seq_cst) == seen && !cancelled_.load(std::memory_order_seq_cst)) {
        futex_wait(posts_, seen, deadline_ns);
    }
    set(Waiting::awake);
    inside_.store(false, std::memory_order_release);
}

void Waiter::cancel() noexcept {
    cancelled_.store(true, std::memory_order_seq_cst);
    // A waiter that went inside before our store may be just about to sleep, where one wake call would miss it.
    while (inside_.load(std::memory_order_seq_cst)) {
        futex_wake(posts_);
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
}

}  // namespace outboard::ipc
