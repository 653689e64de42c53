// The timer device: real time without a sound card. What the engine computes goes nowhere.
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <atomic>
#include <cerrno>
#include <cmath>
#include <thread>

#include "audio/device_backends.h"
#include "audio/engine.h"
#include "ipc/clock.h"

namespace outboard::audio {

namespace {

constexpr int wanted_priority = 10;  ///< real-time, where the system allows it; low among its kind

void sleep_until(std::int64_t time_ns) noexcept {
    const timespec until{time_ns / 1'000'000'000, time_ns % 1'000'000'000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
}

class TimerDevice final : public Device {
public:
    TimerDevice(const DeviceSettings& settings, std::string notice)
        : rate_(settings.rate),
          frames_(settings.frames == 0 ? default_frames : settings.frames),
          notice_(std::move(notice)),
          buffer_(std::size_t{2} * frames_) {}
    ~TimerDevice() override { TimerDevice::stop(); }

    void start(Engine& engine) override {
        stop();
        callback_.attach(&engine);
        engine_ = &engine;
        running_ = true;
        thread_ = std::thread([this] { run(); });
    }
    void stop() override {
        running_ = false;
        if (thread_.joinable()) {
            thread_.join();
        }
        callback_.attach(nullptr);
    }

    [[nodiscard]] std::string name() const override { return timer_name; }
    [[nodiscard]] std::string host_api() const override { return "Timer"; }
    [[nodiscard]] double rate() const override { return rate_; }
    [[nodiscard]] std::uint32_t frames() const override { return frames_; }
    [[nodiscard]] double latency_ms() const override { return frames_ * 1000.0 / rate_; }
    [[nodiscard]] double cpu_load() const override { return load_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool alive() const override { return running_; }
    [[nodiscard]] std::string notice() const override { return notice_; }
    [[nodiscard]] std::optional<scripting::CallbackThread> callback_thread() const override {
        return callback_.thread();
    }

private:
    void run() noexcept {
        const sched_param parameters{wanted_priority};
        // Refused without the right to it; then the thread plays at normal priority, as callback_thread() tells.
        pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
        const double period_ns = frames_ * 1e9 / rate_;
        std::int64_t began = ipc::now_ns();
        for (std::int64_t period = 1; running_.load(std::memory_order_relaxed); ++period) {
            const std::int64_t called = ipc::now_ns();
            callback_.run(buffer_.data(), frames_, false);
            const std::int64_t finished = ipc::now_ns();
            const double load = static_cast<double>(finished - called) / period_ns;
            load_.store(0.9 * load_.load(std::memory_order_relaxed) + 0.1 * load, std::memory_order_relaxed);
            const auto due = began + static_cast<std::int64_t>(std::llround(static_cast<double>(period) * period_ns));
            if (finished > due) {
                // A sound card would have run out of samples. Time lost is not caught up.
                engine_->note_xrun();
                began = finished;
                period = 0;
            } else {
                sleep_until(due);
            }
        }
    }

    const double rate_;
    const std::uint32_t frames_;
    const std::string notice_;
    std::vector<float> buffer_;
    Callback callback_;
    Engine* engine_ = nullptr;
    std::atomic<bool> running_{false};
    std::atomic<double> load_{0};
    std::thread thread_;
};

}  // namespace

std::unique_ptr<Device> make_timer_device(const DeviceSettings& settings, std::string notice) {
    return std::make_unique<TimerDevice>(settings, std::move(notice));
}

}  // namespace outboard::audio
