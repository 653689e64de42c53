// Devices by PortAudio: JACK, ALSA, Pulse and whatever else its library was built with.
#include <portaudio.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>

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

bool is_jack(const PaDeviceInfo& device) { return Pa_GetHostApiInfo(device.hostApi)->type == paJACK; }

class PortAudioDevice final : public Device {
public:
    PortAudioDevice(const PortAudioOutput& output, const DeviceSettings& settings) : described_(output.description) {
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
        parameters.suggestedLatency = jack ? info->defaultLowOutputLatency
                                           : std::max(info->defaultLowOutputLatency, 2.0 * frames / rate);
        // JACK's period is the callback's, whatever was asked for: a fixed length would cost a buffer and its jitter.
        PaError error = open(parameters, rate, jack ? paFramesPerBufferUnspecified : frames);
        if (error != paNoError) {
            error = open(parameters, info->defaultSampleRate, paFramesPerBufferUnspecified);
        }
        if (error != paNoError) {
            throw std::runtime_error(fmt::format("The output device \"{}\" ({}) cannot be opened: {}.", described_.name,
                                                 described_.host_api, reason(error)));
        }
        const PaStreamInfo* const stream = Pa_GetStreamInfo(stream_);
        rate_ = stream->sampleRate;
        latency_ms_ = stream->outputLatency * 1000;
        if (rate_ != settings.rate) {
            notice_ = fmt::format("\"{}\" plays at {} Hz, not at the {} Hz that were asked for.", described_.name, rate_,
                                  settings.rate);
        }
    }
    ~PortAudioDevice() override {
        PortAudioDevice::stop();
        Pa_CloseStream(stream_);
    }
    PortAudioDevice(const PortAudioDevice&) = delete;
    PortAudioDevice& operator=(const PortAudioDevice&) = delete;

    void start(Engine& engine) override {
        stop();
        callback_.attach(&engine);
        if (const PaError error = Pa_StartStream(stream_); error != paNoError) {
            throw std::runtime_error(fmt::format("The output device \"{}\" ({}) does not start: {}.", described_.name,
                                                 described_.host_api, reason(error)));
        }
        started_ = true;
    }
    void stop() override {
        if (started_.exchange(false)) {
            Pa_AbortStream(stream_);  // returns when the callback is over; what is in the device's buffer is dropped
        }
        callback_.attach(nullptr);
    }

    [[nodiscard]] std::string name() const override { return described_.name; }
    [[nodiscard]] std::string host_api() const override { return described_.host_api; }
    [[nodiscard]] double rate() const override { return rate_; }
    [[nodiscard]] std::uint32_t frames() const override { return callback_.steady_frames(); }
    [[nodiscard]] double latency_ms() const override { return latency_ms_; }
    [[nodiscard]] double cpu_load() const override { return started_ ? Pa_GetStreamCpuLoad(stream_) : 0; }
    [[nodiscard]] bool alive() const override {
        return started_ && Pa_IsStreamActive(stream_) == 1 &&
               ipc::now_ns() - callback_.last_call_ns() < silence_means_dead_ns;
    }
    [[nodiscard]] std::string notice() const override { return notice_; }
    [[nodiscard]] std::optional<CallbackPriority> callback_priority() const override { return callback_.priority(); }

private:
    PaError open(const PaStreamParameters& parameters, double rate, unsigned long frames) {
        return Pa_OpenStream(&stream_, nullptr, &parameters, rate, frames, paClipOff | paDitherOff,
                             &PortAudioDevice::called, this);
    }
    static int called(const void*, void* out, unsigned long frames, const PaStreamCallbackTimeInfo*,
                      PaStreamCallbackFlags flags, void* self) noexcept {
        static_cast<PortAudioDevice*>(self)->callback_.run(static_cast<float*>(out), static_cast<std::uint32_t>(frames),
                                                           (flags & paOutputUnderflow) != 0);
        return paContinue;
    }

    PortAudio library_;
    DeviceDescription described_;
    PaStream* stream_ = nullptr;
    double rate_ = 0, latency_ms_ = 0;
    std::string notice_;
    Callback callback_;
    std::atomic<bool> started_{false};
};

}  // namespace

std::vector<PortAudioOutput> list_portaudio_outputs() {
    const PortAudio library;
    std::vector<PortAudioOutput> outputs;
    for (PaDeviceIndex index = 0; index < Pa_GetDeviceCount(); ++index) {
        const PaDeviceInfo& info = *Pa_GetDeviceInfo(index);
        if (info.maxOutputChannels >= 2) {
            outputs.push_back({index, {info.name, Pa_GetHostApiInfo(info.hostApi)->name, info.defaultSampleRate,
                                       info.defaultLowOutputLatency * 1000}});
        }
    }
    // A JACK server that runs is there on purpose. Then what the system calls its default; PortAudio's order after it.
    const auto rank = [](const PortAudioOutput& output) {
        const PaDeviceInfo& info = *Pa_GetDeviceInfo(output.index);
        const bool api_default = Pa_GetHostApiInfo(info.hostApi)->defaultOutputDevice == output.index;
        if (is_jack(info)) {
            return api_default ? 0 : 1;
        }
        return output.index == Pa_GetDefaultOutputDevice() ? 2 : 3;
    };
    std::stable_sort(outputs.begin(), outputs.end(),
                     [&rank](const PortAudioOutput& a, const PortAudioOutput& b) { return rank(a) < rank(b); });
    return outputs;
}

std::unique_ptr<Device> open_portaudio_device(const PortAudioOutput& output, const DeviceSettings& settings) {
    return std::make_unique<PortAudioDevice>(output, settings);
}

}  // namespace outboard::audio
