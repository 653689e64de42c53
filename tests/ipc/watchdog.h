// Watchdog: ends the test program with a message when a test hangs, so that no wait is for ever.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "ipc/clock.h"

namespace outboard::ipc::test {

class Watchdog {
public:
    explicit Watchdog(std::chrono::seconds limit = std::chrono::seconds(60))
        : thread_([this, limit] {
              std::unique_lock lock(mutex_);
              if (!done_.wait_for(lock, limit, [this] { return stop_; })) {
                  std::fputs("watchdog: the test hangs\n", stderr);
                  std::abort();
              }
          }) {}
    ~Watchdog() {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
        }
        done_.notify_all();
        thread_.join();
    }
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

private:
    std::mutex mutex_;
    std::condition_variable done_;
    bool stop_ = false;
    std::thread thread_;
};

/// An absolute deadline so many milliseconds from now.
inline std::int64_t in_ms(std::int64_t ms) {
    return now_ns() + ms * 1'000'000;
}

/// A deadline that only a broken pipe reaches.
inline std::int64_t patience() {
    return in_ms(30'000);
}

}  // namespace outboard::ipc::test
