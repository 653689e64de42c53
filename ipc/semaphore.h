// Poster, Waiter: the semaphore between two processes, over two words of shared memory.
//
// It counts posts; what they announce is looked up elsewhere (in a ring). `posts` is written by the poster, in its
// memory; `sleeping` is written by the waiter, in its own. So neither side needs to write to the other's segment,
// and posting to a waiter that is awake costs one atomic addition and no system call.
//
// No wake-up is lost: the poster counts up, then reads `sleeping`; the waiter sets `sleeping`, then compares the
// count once more. All four accesses are sequentially consistent, so at least one of the two sees the other; and
// from the comparison to the sleep the kernel compares again. (No fence instead: ThreadSanitizer knows none.)
//
// A peer that writes nonsense into its word causes spurious wake-ups or superfluous wake calls, nothing worse.
#pragma once

#include <atomic>
#include <cstdint>

#include "ipc/native.h"

namespace outboard::ipc {

/// The posting side.
class Poster {
public:
    /// `bell`: the ringer of bell.h, where the system needs one.
    Poster(std::atomic<std::uint32_t>& posts, const std::atomic<std::uint32_t>& sleeping,
           Handle bell = no_handle) noexcept
        : posts_(posts), sleeping_(sleeping), bell_(bell) {}

    /// [rt] Counts up, and wakes the waiter if it sleeps (only then a system call).
    void post() noexcept;

private:
    std::atomic<std::uint32_t>& posts_;
    const std::atomic<std::uint32_t>& sleeping_;
    [[maybe_unused]] Handle bell_;
};

/// The waiting side. One waiting thread at a time.
class Waiter {
public:
    /// `bell`: the listener of bell.h, where the system needs one.
    Waiter(const std::atomic<std::uint32_t>& posts, std::atomic<std::uint32_t>& sleeping,
           Handle bell = no_handle) noexcept
        : posts_(posts), sleeping_(sleeping), bell_(bell) {}

    /// [rt] The count. To be read before looking for what was posted, and given to `wait`.
    [[nodiscard]] std::uint32_t posts() const noexcept { return posts_.load(std::memory_order_acquire); }

    /// [rt] Sleeps until the count is no longer `seen`, the deadline (absolute, now_ns()) has come, a signal was
    /// handled, or cancel() was called: look again in every case. `posts` may lie in read-only memory.
    void wait(std::uint32_t seen, std::int64_t deadline_ns) noexcept;

    /// [control] Ends the present wait and all later ones at once. Any thread. Needs no word that a peer can write:
    /// it wakes until the waiter has left, because the count may be read-only here.
    void cancel() noexcept;

private:
    const std::atomic<std::uint32_t>& posts_;
    std::atomic<std::uint32_t>& sleeping_;
    [[maybe_unused]] Handle bell_;
    std::atomic<bool> cancelled_{false};
    std::atomic<bool> inside_{false};  ///< like `sleeping`, where no other process can reach it
};

}  // namespace outboard::ipc
