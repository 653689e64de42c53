// LayerProbe: an ipc::Probe whose samples are shares of the block period instead of nanoseconds, so that callbacks of
// different length can be compared: the histograms count billionths of the period.
#pragma once

#include <cstdint>

#include "audio/engine.h"
#include "ipc/clock.h"
#include "ipc/probe.h"

namespace outboard::audio {

class LayerProbe {
public:
    static constexpr double units_per_percent = 1e7;

    /// [rt] `ns` spent for `period_ns` of sound.
    void record(std::int64_t ns, double period_ns) noexcept {
        probe_.record(static_cast<std::int64_t>(static_cast<double>(ns) * (1e9 / period_ns)));
    }
    void next_second() noexcept { probe_.next_second(); }      ///< [rt]
    void request_reset() noexcept { probe_.request_reset(); }  ///< any thread

    /// Any thread. `seconds`: length of the window (or since reset), for calls per second.
    [[nodiscard]] LayerFigures window(double seconds) const noexcept { return figures(probe_.window(), seconds); }
    [[nodiscard]] LayerFigures total(double seconds) const noexcept { return figures(probe_.total(), seconds); }

private:
    [[nodiscard]] LayerFigures figures(const ipc::ProbeFigures& raw, double seconds) const noexcept {
        const double scale = 1 / units_per_percent;
        LayerFigures percent{probe_.now() * scale, raw.mean * scale, raw.p50 * scale, raw.p99 * scale,
                             raw.p999 * scale,     raw.max * scale,  raw.mean * scale};
        percent.calls_per_second = seconds > 0 ? static_cast<double>(raw.count) / seconds : 0;
        return percent;
    }

    ipc::Probe probe_;
};

/// Adds the time of its scope to a sum.
class Lap {
public:
    explicit Lap(std::int64_t& sum) noexcept : sum_(sum), start_(ipc::now_ns()) {}
    ~Lap() { sum_ += ipc::now_ns() - start_; }
    Lap(const Lap&) = delete;
    Lap& operator=(const Lap&) = delete;

private:
    std::int64_t& sum_;
    std::int64_t start_;
};

}  // namespace outboard::audio
