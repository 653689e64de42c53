// JackClock: the calls come from a real audio callback, PortAudio's on a JACK server without a sound card.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>

#include "ipc/process.h"

namespace outboard::bench {

/// A server of its own, gone with this object.
class JackServer {
public:
    /// Throws std::runtime_error with a sentence when it does not start.
    JackServer(int frames, bool real_time);
    ~JackServer();
    JackServer(const JackServer&) = delete;
    JackServer& operator=(const JackServer&) = delete;

private:
    ipc::Process process_;
};

class JackClock {
public:
    static constexpr int rate = 48000;

    /// Starts server and stream. `core`: where the callback's thread is put (-1: where it likes). Throws
    /// std::runtime_error with a sentence.
    JackClock(int frames, bool real_time, int core);
    ~JackClock();
    JackClock(const JackClock&) = delete;
    JackClock& operator=(const JackClock&) = delete;

    /// Calls `block(due_ns)` in every callback until it says false; due_ns: when the next callback should come. Throws
    /// what it throws.
    void run(const std::function<bool(std::int64_t)>& block);

    /// SCHED_FIFO priority of the callback's thread; 0: it has none.
    [[nodiscard]] int priority() const noexcept { return priority_; }

private:
    struct Stream;
    void callback(std::int64_t now_ns) noexcept;
    void settle_thread() noexcept;

    const std::int64_t period_ns_;
    const int core_;
    JackServer server_;
    std::atomic<const std::function<bool(std::int64_t)>*> block_{nullptr};
    std::mutex mutex_;
    std::condition_variable changed_;
    bool begun_ = false, done_ = false;
    int priority_ = 0;
    std::exception_ptr error_;
    std::unique_ptr<Stream> stream_;  // last: its callback uses all of the above
};

}  // namespace outboard::bench
