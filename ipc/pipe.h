// Pipe: a duplex channel of whole messages between two processes, blocking with a deadline.
//
// Two transports stand behind it, SharedMemoryPipe and SystemPipe; one conformance suite runs over both
// (tests/ipc/pipe_conformance_test.cpp). An end is used by one sending and one receiving thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "ipc/prewake.h"

namespace outboard::ipc {

enum class Status : std::uint8_t {
    ok,
    timed_out,  ///< the deadline came first; nothing was taken, nothing is lost
    full,       ///< send only: no room now; nothing was written
    too_large,  ///< send: larger than capacity(); receive: larger than the buffer (the message stays)
    closed,     ///< this or the other end was closed in order (also: an OS pipe ended between two messages)
    peer_died,  ///< mark_dead() was called: somebody saw the other process end (also: an OS pipe ended within one)
    corrupt,    ///< the peer's bytes or indices make no sense; the pipe is unusable from now on
};

/// The word for a status, for logs ("timed out").
[[nodiscard]] const char* to_string(Status status) noexcept;

struct Received {
    Status status = Status::timed_out;
    std::size_t size = 0;  ///< bytes written into the buffer, when ok
};

/// Whether a sent message wakes the peer. `no` leaves it in the queue until the next send that wakes, so that
/// news nobody waits for costs no wake-up. (A SystemPipe wakes its peer either way.)
enum class Wake : std::uint8_t { no, yes };

class Pipe {
public:
    virtual ~Pipe() = default;

    /// Largest message in bytes that `send` takes.
    [[nodiscard]] virtual std::size_t capacity() const noexcept = 0;

    /// [rt] Appends one message; never blocks. (Of one that the OS takes in parts, the rest follows by the next calls
    /// of this end, also by a waiting receive.) ok, full, too_large, closed, peer_died, corrupt.
    virtual Status send(std::span<const std::byte> message, Wake wake = Wake::yes) noexcept = 0;

    /// [rt] Takes the oldest message into `buffer`, waiting until `deadline_ns` (absolute, now_ns(); 0 only looks).
    /// Interruptions and spurious wake-ups do not extend the deadline.
    virtual Received receive(std::span<std::byte> buffer, std::int64_t deadline_ns) noexcept = 0;

    /// [rt] Host's end, in every block, after what was sent in it: when the next block is due (now_ns(); 0: unknown).
    /// A peer that pre-wakes (SharedMemoryPipe::prewake) is awake then, unless `wake` says that it need not be: it only
    /// keeps the rhythm. Two stores; the first tick for which it is to be awake wakes the peer if it sleeps.
    virtual void tick([[maybe_unused]] std::int64_t due_ns, [[maybe_unused]] Wake wake = Wake::yes) noexcept {}

    /// [rt] Host's end: the next block will call a peer that need not be awake for it. If it sleeps until it is called,
    /// it wakes up now and does its warm-up (below) in the time that is left.
    virtual void prepare() noexcept {}

    /// [rt] After a send that found the peer polling, receive() looks for the answer for at most so long before it
    /// sleeps (0, as it begins: it sleeps at once); for 30 µs if the peer has not even read it then, and not at all if
    /// it polled on this core and has not read it yet: it then runs when this thread sleeps.
    virtual void set_spin([[maybe_unused]] std::int64_t ns) noexcept {}

    /// [rt] After a send of this thread that had to wake the peer: looks until it is up, at most until `deadline_ns`;
    /// then it is as if it had been polling. False: it is not up yet, because of what goes on on its core. True also
    /// where that cannot be known, and for one on this core, which comes up when this thread sleeps.
    virtual bool comes_up([[maybe_unused]] std::int64_t deadline_ns) noexcept { return true; }

    /// [child] From now on receive() is awake when the host's next block is due (ipc/prewake.h), on
    /// transports where that pays. `warm_up`, if any, is called once per block at the begin of the polling, unless that
    /// is late, and by the first tick after a rest and by prepare(): it may touch what the next call will need. It
    /// should ask `came` every few microseconds, and return when that is true: the call is there and waits. Not while
    /// another thread is in receive().
    using Came = std::function<bool()>;
    using WarmUp = std::function<void(const Came& came)>;
    virtual void prewake([[maybe_unused]] Prewaker::Options options, [[maybe_unused]] WarmUp warm_up) {}

    /// How often pre-waking paid. Any thread.
    struct PrewakeFigures {
        std::uint64_t met_polling = 0;  ///< sends that found the peer polling on another core
        std::uint64_t woke = 0;         ///< sends that had to wake it, or pushed it aside on this core
        std::uint64_t polled_ns = 0;    ///< time that the peer says it spent polling
        int core = -1;                  ///< where it says that it polled last; -1: nowhere yet, or not known
    };
    [[nodiscard]] virtual PrewakeFigures prewake_figures() const noexcept { return {}; }

    /// [rt] Bytes now waiting to be read by the peer, as far as this end knows (for "wake it before it overflows").
    [[nodiscard]] virtual std::size_t pending() const noexcept = 0;

    /// [control] Says that the other process is gone: wakes a waiting receive of this end, which then drains what
    /// was sent completely and answers peer_died. Any thread.
    virtual void mark_dead() noexcept = 0;

    /// [control] [child] Closes in order: the peer reads what was sent and then gets `closed`. Wakes a waiting
    /// receive of this end. Any thread; the destructor closes, too.
    virtual void close() noexcept = 0;

    /// "shm" or "pipe".
    [[nodiscard]] virtual const char* transport() const noexcept = 0;
};

}  // namespace outboard::ipc
