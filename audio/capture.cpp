#include "audio/capture.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <stdexcept>

#include <fmt/format.h>

namespace outboard::audio {

namespace {

constexpr double ring_seconds = 4;

std::size_t ring_size(double sample_rate) {
    return std::bit_ceil(static_cast<std::size_t>(sample_rate * ring_seconds) * 2);
}

}  // namespace

Capture::Capture(const std::string& path, double sample_rate)
    : path_(path), file_(path, sample_rate, SampleFormat::pcm16), ring_(ring_size(sample_rate)) {
    thread_ = std::thread([this] { run(); });
}

Capture::~Capture() {
    ending_ = true;
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Capture::push(const float* frames, std::uint32_t count) noexcept {
    const std::uint64_t size = std::uint64_t{count} * 2;
    const std::uint64_t at = written_.load(std::memory_order_relaxed);
    if (at + size - read_.load(std::memory_order_acquire) > ring_.size()) {
        missing_frames_.fetch_add(count, std::memory_order_relaxed);
        return;
    }
    const std::size_t place = at & (ring_.size() - 1);
    const std::size_t first = std::min<std::size_t>(size, ring_.size() - place);
    std::copy_n(frames, first, ring_.begin() + static_cast<std::ptrdiff_t>(place));
    std::copy_n(frames + first, size - first, ring_.begin());
    written_.store(at + size, std::memory_order_release);
}

void Capture::drain() {
    std::uint64_t at = read_.load(std::memory_order_relaxed);
    const std::uint64_t end = written_.load(std::memory_order_acquire);
    while (at < end) {
        const std::size_t place = at & (ring_.size() - 1);
        const std::size_t size = std::min<std::size_t>(end - at, ring_.size() - place);
        file_.write(ring_.data() + place, size / 2);
        at += size;
        read_.store(at, std::memory_order_release);
    }
}

void Capture::run() {
    try {
        while (!ending_) {
            drain();
            // The audio thread must not wake anybody, so this one looks by itself: 50 times a second.
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        drain();
    } catch (...) {
        failure_ = std::current_exception();
    }
}

void Capture::finish() {
    ending_ = true;
    thread_.join();
    if (failure_) {
        std::rethrow_exception(failure_);
    }
    file_.finish();
    if (const std::uint64_t missing = missing_frames_.load(); missing > 0) {
        throw std::runtime_error(fmt::format("{} lacks {} frames: the disk was too slow.", path_, missing));
    }
}

}  // namespace outboard::audio
