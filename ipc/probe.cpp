#include "ipc/probe.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace outboard::ipc {

namespace {

constexpr std::uint64_t per_octave = 16;
constexpr unsigned octave_bits = 4;

/// Below 16 ns a bucket per nanosecond; then 16 equal parts of each octave.
std::size_t bucket_of(std::uint64_t ns) noexcept {
    if (ns < per_octave) {
        return static_cast<std::size_t>(ns);
    }
    const unsigned octave = static_cast<unsigned>(std::bit_width(ns)) - 1;
    const std::uint64_t part = (ns >> (octave - octave_bits)) - per_octave;
    return std::min<std::size_t>(octave * per_octave + part, Histogram::bucket_count - 1);
}

double middle_of(std::size_t bucket) noexcept {
    if (bucket < per_octave) {
        return static_cast<double>(bucket);
    }
    const std::size_t shift = bucket / per_octave - octave_bits;
    const std::uint64_t low = (per_octave + bucket % per_octave) << shift;
    const std::uint64_t high = low + (std::uint64_t{1} << shift) - 1;
    return (static_cast<double>(low) + static_cast<double>(high)) / 2;
}

/// There is one writer, so a plain load and store do: no locked instruction on the audio thread.
template <typename T>
void add(std::atomic<T>& value, T amount) noexcept {
    value.store(value.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

}  // namespace

void Histogram::record(std::int64_t ns) noexcept {
    const auto duration = static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0));
    add(counts_[bucket_of(duration)], std::uint32_t{1});
    add(sum_, duration);
    if (duration > max_.load(std::memory_order_relaxed)) {
        max_.store(duration, std::memory_order_relaxed);
    }
}

void Histogram::clear() noexcept {
    for (auto& count : counts_) {
        count.store(0, std::memory_order_relaxed);
    }
    sum_.store(0, std::memory_order_relaxed);
    max_.store(0, std::memory_order_relaxed);
}

void Histogram::add_to(std::array<std::uint64_t, bucket_count>& counts, double& sum,
                       std::uint64_t& max) const noexcept {
    for (std::size_t i = 0; i < bucket_count; ++i) {
        counts[i] += counts_[i].load(std::memory_order_relaxed);
    }
    sum += static_cast<double>(sum_.load(std::memory_order_relaxed));
    max = std::max(max, max_.load(std::memory_order_relaxed));
}

ProbeFigures Histogram::figures() const noexcept {
    std::array<std::uint64_t, bucket_count> counts{};
    double sum = 0;
    std::uint64_t max = 0;
    add_to(counts, sum, max);
    return figures_of(counts, sum, max);
}

ProbeFigures Histogram::figures_of(const std::array<std::uint64_t, bucket_count>& counts, double sum,
                                   std::uint64_t max) noexcept {
    ProbeFigures figures;
    for (const std::uint64_t count : counts) {
        figures.count += count;
    }
    if (figures.count == 0) {
        return figures;
    }
    figures.sum = sum;
    figures.mean = sum / static_cast<double>(figures.count);
    figures.max = static_cast<double>(max);

    // The smallest bucket that at least this share of the samples does not exceed.
    const auto percentile = [&](double share) {
        const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(figures.count)));
        std::uint64_t seen = 0;
        for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
            seen += counts[bucket];
            if (seen >= rank) {
                return std::min(middle_of(bucket), figures.max);
            }
        }
        return figures.max;
    };
    figures.p50 = percentile(0.5);
    figures.p99 = percentile(0.99);
    figures.p999 = percentile(0.999);
    return figures;
}

void Probe::record(std::int64_t ns) noexcept {
    if (reset_.load(std::memory_order_relaxed) && reset_.exchange(false, std::memory_order_relaxed)) {
        for (Histogram& second : window_) {
            second.clear();
        }
        total_.clear();
    }
    window_[current_.load(std::memory_order_relaxed)].record(ns);
    total_.record(ns);
    now_.store(ns, std::memory_order_relaxed);
}

void Probe::next_second() noexcept {
    const std::uint32_t next = (current_.load(std::memory_order_relaxed) + 1) % window_seconds;
    window_[next].clear();
    current_.store(next, std::memory_order_relaxed);
}

void Probe::request_reset() noexcept {
    reset_.store(true, std::memory_order_relaxed);
}

double Probe::now() const noexcept {
    return static_cast<double>(now_.load(std::memory_order_relaxed));
}

ProbeFigures Probe::window() const noexcept {
    std::array<std::uint64_t, Histogram::bucket_count> counts{};
    double sum = 0;
    std::uint64_t max = 0;
    for (const Histogram& second : window_) {
        second.add_to(counts, sum, max);
    }
    return Histogram::figures_of(counts, sum, max);
}

ProbeFigures Probe::total() const noexcept {
    return total_.figures();
}

}  // namespace outboard::ipc
