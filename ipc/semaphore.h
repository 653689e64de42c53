// Poster, Waiter: the semaphore between two processes, over two words of shared memory.
//
// It counts posts; what they announce is looked up elsewhere (in a ring). `posts` is written by the poster, in its
// memory; `waiting` is written by the waiter, in its own. So neither side needs to write to the other's segment,
// and posting to a waiter that is awake or polling costs one atomic addition and no system call.
//
// No wake-up is lost: the poster counts up, then reads `waiting`; the waiter sets `waiting` to asleep, then compares
// the count once more. All four accesses are sequentially consistent, so at least one of the two sees the other; and
// from the comparison to the sleep the kernel compares again. (No fence instead: ThreadSanitizer knows none.) A waiter
// that polls needs no wake-up: it looks at the count until it sets `waiting` to something else.
//
// A peer that writes nonsense into its word causes spurious wake-ups or superfluous wake calls, nothing worse.
#pragma once

#include <atomic>
#include <cstdint>

namespace outboard::ipc {

/// What a waiter does at this moment.
enum class Waiting : std::uint32_t {
    awake = 0,    ///< at work: it looks at the count before it waits again
    asleep = 1,   ///< in the kernel: needs a wake call
    polling = 2,  ///< looks at the count all the time, or is at work on what it found so
};

/// The posting side.
class Poster {
public:
    Poster(std::atomic<std::uint32_t>& posts, const std::atomic<std::uint32_t>& waiting) noexcept
        : posts_(posts), waiting_(waiting) {}

    /// [rt] Counts up, and wakes the waiter if it sleeps (only then a system call). Returns what it did: the peer's
    /// word, to be used as a hint only.
    Waiting post() noexcept;

private:
    std::atomic<std::uint32_t>& posts_;
    const std::atomic<std::uint32_t>& waiting_;
};

/// The waiting side. One waiting thread at a time.
class Waiter {
public:
    Waiter(const std::atomic<std::uint32_t>& posts, std::atomic<std::uint32_t>& waiting) noexcept
        : posts_(posts), waiting_(waiting) {}

    /// [rt] The count. To be read before looking for what was posted, and given to `wait`.
    [[nodiscard]] std::uint32_t posts() const noexcept { return posts_.load(std::memory_order_acquire); }

    /// [rt] Sleeps until the count is no longer `seen`, the deadline (absolute, now_ns()) has come, a signal was
    /// handled, or cancel() was called: look again in every case. `posts` may lie in read-only memory.
    void wait(std::uint32_t seen, std::int64_t deadline_ns) noexcept;

    /// [rt] Tells the poster that this side looks at the count without sleeping, until its next wait().
    void begin_polling() noexcept { set(Waiting::polling); }
    /// [rt] Whether cancel() was called.
    [[nodiscard]] bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }

    /// [control] Ends the present wait and all later ones at once. Any thread. Needs no word that a peer can write:
    /// it wakes until the waiter has left, because the count may be read-only here.
    void cancel() noexcept;

private:
    void set(Waiting waiting) noexcept {
        waiting_.store(static_cast<std::uint32_t>(waiting), std::memory_order_seq_cst);
    }

    const std::atomic<std::uint32_t>& posts_;
    std::atomic<std::uint32_t>& waiting_;
    std::atomic<bool> cancelled_{false};
    std::atomic<bool> inside_{false};  ///< like `waiting`, where no other process can reach it
};

}  // namespace outboard::ipc
