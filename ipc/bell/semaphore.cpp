// The semaphore where a bell has to wake: the same words and the same order of accesses as with a futex, only that
// nobody compares the count between the last look and the sleep. It need not: a bell that rang stays rung until a
// listener has heard it.
#include "ipc/semaphore.h"

#include <chrono>
#include <thread>

#include "ipc/bell.h"

namespace outboard::ipc {

Waiting Poster::post() noexcept {
    posts_.fetch_add(1, std::memory_order_seq_cst);
    const auto waiting = static_cast<Waiting>(waiting_.load(std::memory_order_seq_cst));
    if (waiting != Waiting::awake && waiting != Waiting::polling) {
        ring(bell_);
    }
    return waiting;
}

void Waiter::wait(std::uint32_t seen, std::int64_t deadline_ns) noexcept {
    inside_.store(true, std::memory_order_seq_cst);
    set(Waiting::asleep);
    if (posts_.load(std::memory_order_seq_cst) == seen && !cancelled_.load(std::memory_order_seq_cst)) {
        listen(bell_, deadline_ns);
    }
    set(Waiting::awake);
    inside_.store(false, std::memory_order_release);
}

void Waiter::cancel() noexcept {
    cancelled_.store(true, std::memory_order_seq_cst);
    // Again and again: a peer may take back what it can reach of a bell, and a waiter inside may not listen yet.
    while (inside_.load(std::memory_order_seq_cst)) {
        hang_up(bell_);
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
}

}  // namespace outboard::ipc
