// PeakHold: a figure that rises at once and falls only after it was held for a second, so that numbers stand still.
#pragma once

#include <chrono>

namespace outboard::ui {

class PeakHold {
public:
    using Clock = std::chrono::steady_clock;

    /// Feeds a value, returns the highest one of the last second or so.
    double feed(double value, Clock::time_point now = Clock::now()) {
        if (value >= held_ || now - since_ > std::chrono::seconds(1)) {
            held_ = value;
            since_ = now;
        }
        return held_;
    }
    [[nodiscard]] double value() const noexcept { return held_; }
    void clear() noexcept { held_ = 0; }

private:
    double held_ = 0;
    Clock::time_point since_{};
};

}  // namespace outboard::ui
