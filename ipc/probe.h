// Probe: where the time of a layer goes; always on, no allocation, one writer and any number of readers.
//
// A probe holds log-bucket histograms of durations: one since reset, and ten of one second each that turn round as
// a window of the last ten seconds. Buckets: 16 per octave, exact below 32 ns, the last from 2^40 ns (18 min) on; a
// percentile is a bucket's middle, at most 3.2 % off. The maximum is exact.
// Counts are relaxed atomics; a reader may see a sample half counted (in the count, not yet in the sum), never a
// torn number.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace outboard::ipc {

/// Figures of one probe, in nanoseconds.
struct ProbeFigures {
    std::uint64_t count = 0;
    double sum = 0;
    double mean = 0;  ///< over the recorded samples
    double p50 = 0;
    double p99 = 0;
    double p999 = 0;
    double max = 0;
};

/// A log-bucket histogram of durations in ns.
class Histogram {
public:
    static constexpr std::size_t bucket_count = 16 * 40;

    void record(std::int64_t ns) noexcept;  ///< [rt] single writer; negative counts as 0
    void clear() noexcept;                  ///< [rt] by the writer
    void add_to(std::array<std::uint64_t, bucket_count>& counts, double& sum, std::uint64_t& max) const noexcept;
    [[nodiscard]] ProbeFigures figures() const noexcept;  ///< any thread

    /// Figures from summed buckets (for windows).
    static ProbeFigures figures_of(const std::array<std::uint64_t, bucket_count>& counts, double sum,
                                   std::uint64_t max) noexcept;

private:
    std::array<std::atomic<std::uint32_t>, bucket_count> counts_{};
    std::atomic<std::uint64_t> sum_{0};
    std::atomic<std::uint64_t> max_{0};
};

/// One layer's probe.
class Probe {
public:
    static constexpr std::size_t window_seconds = 10;

    void record(std::int64_t ns) noexcept;  ///< [rt]
    /// [rt] Turns the window on by one second; called by the writer once a second of its own time.
    void next_second() noexcept;
    /// Asks the writer to forget everything at its next record. Any thread.
    void request_reset() noexcept;

    [[nodiscard]] double now() const noexcept;           ///< the last sample, ns; any thread
    [[nodiscard]] ProbeFigures window() const noexcept;  ///< the last ten seconds; any thread
    [[nodiscard]] ProbeFigures total() const noexcept;   ///< since reset; any thread

private:
    std::array<Histogram, window_seconds> window_{};
    Histogram total_{};
    std::atomic<std::uint32_t> current_{0};
    std::atomic<std::int64_t> now_{0};
    std::atomic<bool> reset_{false};
};

}  // namespace outboard::ipc
