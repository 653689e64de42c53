// LateWindows: when a script was late, in samples: where what was heard may differ from what the script meant.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

namespace outboard::scripting {

/// From the first sample of the block that was not answered in time to the end of the block in which the last of that
/// lateness was heard: the times at which the script's output should have been heard, and was heard, lie inside.
struct LateWindow {
    std::int64_t begin = 0, end = 0;
};

class LateWindows {
public:
    static constexpr std::size_t most = 1024;  ///< the latest are kept

    /// [rt] Late: what belongs at `from` comes at `until` or later. Goes on with the window that is open.
    void late(std::int64_t from, std::int64_t until) noexcept {
        if (!open_) {
            const std::uint64_t number = count_.load(std::memory_order_relaxed);
            at(number).begin.store(from, std::memory_order_relaxed);
            at(number).end.store(until, std::memory_order_relaxed);
            count_.store(number + 1, std::memory_order_release);
            open_ = true;
        }
        last().end.store(until, std::memory_order_relaxed);
    }
    /// [rt] On time again; what was late has been heard before `until`.
    void on_time(std::int64_t until) noexcept {
        if (open_) {
            last().end.store(until, std::memory_order_relaxed);
            open_ = false;
        }
    }

    /// Oldest first; any thread. One that is open ends where it has come to.
    [[nodiscard]] std::vector<LateWindow> all() const {
        std::vector<LateWindow> windows;
        const std::uint64_t count = count_.load(std::memory_order_acquire);
        for (std::uint64_t number = count - std::min<std::uint64_t>(count, most - 1); number < count; ++number) {
            windows.push_back(
                {at(number).begin.load(std::memory_order_relaxed), at(number).end.load(std::memory_order_relaxed)});
        }
        return windows;
    }

private:
    struct Place {
        std::atomic<std::int64_t> begin{0}, end{0};
    };
    [[nodiscard]] Place& at(std::uint64_t number) noexcept { return places_[number % most]; }
    [[nodiscard]] const Place& at(std::uint64_t number) const noexcept { return places_[number % most]; }
    [[nodiscard]] Place& last() noexcept { return at(count_.load(std::memory_order_relaxed) - 1); }

    std::array<Place, most> places_{};
    std::atomic<std::uint64_t> count_{0};
    bool open_ = false;  ///< [rt]
};

}  // namespace outboard::scripting
