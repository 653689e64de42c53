// Devices by PortAudio: JACK, ALSA, Pulse and whatever else its library was built with.
#include <portaudio.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "audio/device_backends.h"
#include "audio/engine.h"
#include "audio/quiet_libraries.h"
#include "ipc/clock.h"

namespace outboard::audio {

namespace {

constexpr std::int64_t silence_means_dead_ns = 2'000'000'000;

/// PortAudio is initialised while one of these lives. It keeps a count; it is not thread-safe.
class PortAudio {
public:
    PortAudio() {
        const std::lock_guard lock(mutex());
        quiet_sound_libraries();
        if (const PaError error = Pa_Initialize(); error != paNoError) {
            throw std::runtime_error(fmt::format("PortAudio does not start: {}.", Pa_GetErrorText(error)));
        }
    }
    ~PortAudio() {
        const std::lock_guard lock(mutex());
        Pa_Terminate();
    }
    PortAudio(const PortAudio&) = delete;
    PortAudio& operator=(const PortAudio&) = delete;

    static std::mutex& mutex() {
        static std::mutex one;
        return one;
    }
};

/// The reason of the last error; PortAudio keeps the host's own words apart.
std::string reason(PaError error) {
    if (error == paUnanticipatedHostError) {
        const PaHostErrorInfo* const info = Pa_GetLastHostErrorInfo();
        if (info != nullptr && info->errorText != nullptr && *info->errorText != '\0') {
            return info->errorText;
        }
    }
    return Pa_GetErrorText(error);
}

bool is_jack(const PaDeviceInfo& device) {
    return Pa_GetHostApiInfo(device.hostApi)->type == paJACK;
}

/// An open stream with what its callback needs.
struct Stream {
    Stream() = default;
    ~Stream() {
        if (stream != nullptr) {
            Pa_CloseStream(stream);
        }
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    PaError open(const PaStreamParameters& parameters, double rate, unsigned long frames) {
        return Pa_OpenStream(&stream, nullptr, &parameters, rate, frames, paClipOff | paDitherOff, &Stream::called,
                             this);
    }
    static int called(const void*, void* out, unsigned long frames, const PaStreamCallbackTimeInfo*,
                      PaStreamCallbackFlags flags, void* self) noexcept {
        static_cast<Stream*>(self)->callback.run(static_cast<float*>(out), static_cast<std::uint32_t>(frames),
                                                 (flags & paOutputUnderflow) != 0);
        return paContinue;
    }

    PortAudio library;
    Callback callback;
    PaStream* stream = nullptr;
};

class PortAudioDevice final : public Device {
public:
    PortAudioDevice(const PortAudioOutput& output, const DeviceSettings& settings)
        : described_(output.description), stream_(std::make_unique<Stream>()) {
        const PaDeviceInfo* const info = Pa_GetDeviceInfo(output.index);
        if (info == nullptr) {
            throw std::runtime_error(fmt::format("The output device \"{}\" has gone.", described_.name));
        }
        const bool jack = is_jack(*info);
        const double rate = jack ? info->defaultSampleRate : settings.rate;
        const std::uint32_t frames = settings.frames == 0 ? default_frames : settings.frames;
        PaStreamParameters parameters{};
        parameters.device = output.index;
        parameters.channelCount = 2;
        parameters.sampleFormat = paFloat32;
        // Two blocks in the device at least: with less, one late callback is heard.
        parameters.suggestedLatency =
            jack ? info->defaultLowOutputLatency : std::max(info->defaultLowOutputLatency, 2.0 * frames / rate);
        // JACK's period is the callback's, whatever was asked for: a fixed length would cost a buffer and its jitter.
        PaError error = stream_->open(parameters, rate, jack ? paFramesPerBufferUnspecified : frames);
        if (error != paNoError) {
            error = stream_->open(parameters, info->defaultSampleRate, paFramesPerBufferUnspecified);
        }
        if (error != paNoError) {
            throw std::runtime_error(fmt::format("The output device \"{}\" ({}) cannot be opened: {}.", described_.name,
                                                 described_.host_api, reason(error)));
        }
        const PaStreamInfo* const opened = Pa_GetStreamInfo(stream_->stream);
        rate_ = opened->sampleRate;
        latency_ms_ = opened->outputLatency * 1000;
        if (rate_ != settings.rate) {
            notice_ = fmt::format("\"{}\" plays at {} Hz, not at the {} Hz that were asked for.", described_.name,
                                  rate_, settings.rate);
        }
    }
    ~PortAudioDevice() override { PortAudioDevice::stop(); }
    PortAudioDevice(const PortAudioDevice&) = delete;
    PortAudioDevice& operator=(const PortAudioDevice&) = delete;

    void start(Engine& engine) override {
        stop();
        if (!stream_) {
            throw std::runtime_error(fmt::format("\"{}\" ({}) ended while it played: start Outboard again to use it.",
                                                 described_.name, described_.host_api));
        }
        stream_->callback.attach(&engine);
        if (const PaError error = Pa_StartStream(stream_->stream); error != paNoError) {
            throw std::runtime_error(fmt::format("The output device \"{}\" ({}) does not start: {}.", described_.name,
                                                 described_.host_api, reason(error)));
        }
        started_ = true;
    }

    void stop() override {
        if (!started_.exchange(false)) {
            return;
        }
        if (!still_called()) {
            // PortAudio would wait for ten minutes for one more callback of a dead server, here and when the stream is
            // closed. So the stream is left alone for good; its callback, should it wake again, plays silence.
            stream_->callback.attach(nullptr);
            static_cast<void>(stream_.release());
            return;
        }
        Pa_AbortStream(
            stream_->stream);  // returns when the callback is over; what is in the device's buffer is dropped
        stream_->callback.attach(nullptr);
    }

    [[nodiscard]] std::string name() const override { return described_.name; }
    [[nodiscard]] std::string host_api() const override { return described_.host_api; }
    [[nodiscard]] double rate() const override { return rate_; }
    [[nodiscard]] std::uint32_t frames() const override { return open_->callback.steady_frames(); }
    [[nodiscard]] double latency_ms() const override { return latency_ms_; }
    [[nodiscard]] double cpu_load() const override { return started_ ? Pa_GetStreamCpuLoad(open_->stream) : 0; }
    [[nodiscard]] bool alive() const override {
        return started_ && Pa_IsStreamActive(open_->stream) == 1 &&
               ipc::now_ns() - open_->callback.last_call_ns() < silence_means_dead_ns;
    }
    [[nodiscard]] std::string notice() const override { return notice_; }
    [[nodiscard]] std::optional<scripting::CallbackThread> callback_thread() const override {
        return open_->callback.thread();
    }

private:
    /// Waits for a callback, at most two seconds.
    [[nodiscard]] bool still_called() const {
        const std::int64_t last = open_->callback.last_call_ns();
        const std::int64_t give_up = ipc::now_ns() + silence_means_dead_ns;
        while (open_->callback.last_call_ns() == last) {
            if (Pa_IsStreamActive(open_->stream) != 1 || ipc::now_ns() > give_up) {
                return false;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return true;
    }

    DeviceDescription described_;
    std::unique_ptr<Stream> stream_;      ///< null after its server died
    Stream* const open_ = stream_.get();  ///< the same, for any thread; never freed when its server died
    double rate_ = 0, latency_ms_ = 0;
    std::string notice_;
    std::atomic<bool> started_{false};
};

}  // namespace

std::vector<PortAudioOutput> list_portaudio_outputs() {
    const PortAudio library;
    std::vector<PortAudioOutput> outputs;
    for (PaDeviceIndex index = 0; index < Pa_GetDeviceCount(); ++index) {
        const PaDeviceInfo& info = *Pa_GetDeviceInfo(index);
        if (info.maxOutputChannels >= 2) {
            outputs.push_back({index,
                               {info.name, Pa_GetHostApiInfo(info.hostApi)->name, info.defaultSampleRate,
                                info.defaultLowOutputLatency * 1000}});
        }
    }
    // A JACK server that runs is there on purpose. Then what the system calls its default; PortAudio's order after it.
    const auto rank = [](const PortAudioOutput& output) {
        const PaDeviceInfo& info = *Pa_GetDeviceInfo(output.index);
        const bool api_default = Pa_GetHostApiInfo(info.hostApi)->defaultOutputDevice == output.index;
        if (is_jack(info)) {
            return std::pair(api_default ? 0 : 1, output.index);
        }
        return std::pair(output.index == Pa_GetDefaultOutputDevice() ? 2 : 3, output.index);
    };
    std::sort(outputs.begin(), outputs.end(),
              [&rank](const PortAudioOutput& a, const PortAudioOutput& b) { return rank(a) < rank(b); });
    return outputs;
}

std::unique_ptr<Device> open_portaudio_device(const PortAudioOutput& output, const DeviceSettings& settings) {
    return std::make_unique<PortAudioDevice>(output, settings);
}

}  // namespace outboard::audio
