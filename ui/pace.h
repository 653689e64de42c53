// Pace: lets something that is called with every snapshot do its costly part less often.
#pragma once

#include <chrono>

namespace outboard::ui {

class Pace {
public:
    explicit Pace(std::chrono::milliseconds interval) : interval_(interval) {}

    /// True when the interval has passed since the last true.
    bool due() {
        const auto now = std::chrono::steady_clock::now();
        if (now - last_ < interval_) {
            return false;
        }
        last_ = now;
        return true;
    }
    /// The next due() is true.
    void hurry() noexcept { last_ = {}; }

private:
    std::chrono::milliseconds interval_;
    std::chrono::steady_clock::time_point last_{};
};

}  // namespace outboard::ui
