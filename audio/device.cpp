#include "audio/device.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include <fmt/format.h>

#include "audio/device_backends.h"
#include "audio/engine.h"
#include "ipc/clock.h"

namespace outboard::audio {

// ---- callback -------------------------------------------------------------------------------------------------------

void Callback::attach(Engine* engine) noexcept {
    engine_.store(engine, std::memory_order_release);
    if (engine == nullptr) {
        return;  // what was learned of the callbacks can be read after they stopped
    }
    frames_.store(0, std::memory_order_relaxed);
    thread_known_.store(false, std::memory_order_relaxed);
    last_call_ns_.store(ipc::now_ns(), std::memory_order_relaxed);
}

void Callback::run(float* out, std::uint32_t frames, bool underrun) noexcept {
    if (!thread_known_.load(std::memory_order_relaxed)) {
        // Once per start, before the engine is entered: the only system calls here.
        thread_ = scripting::this_thread();
        thread_known_.store(true, std::memory_order_release);
    }
    frames_before_.store(frames_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    frames_.store(frames, std::memory_order_relaxed);
    last_call_ns_.store(ipc::now_ns(), std::memory_order_relaxed);
    Engine* const engine = engine_.load(std::memory_order_acquire);
    if (engine == nullptr) {
        std::fill_n(out, std::size_t{2} * frames, 0.0F);
        return;
    }
    if (underrun) {
        engine->note_xrun();
    }
    engine->process(out, frames);
}

std::uint32_t Callback::steady_frames() const noexcept {
    const std::uint32_t frames = frames_.load(std::memory_order_relaxed);
    return frames == frames_before_.load(std::memory_order_relaxed) ? frames : 0;
}

std::optional<scripting::CallbackThread> Callback::thread() const noexcept {
    return thread_known_.load(std::memory_order_acquire) ? std::optional(thread_) : std::nullopt;
}

// ---- choosing -------------------------------------------------------------------------------------------------------

namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::unique_ptr<Device> open_best(const DeviceSettings& settings) {
    std::string reason = "No sound card and no sound server was found";
    for (const PortAudioOutput& output : list_portaudio_outputs()) {
        try {
            return open_portaudio_device(output, settings);
        } catch (const std::runtime_error& error) {
            reason = error.what();
            if (reason.ends_with('.')) {
                reason.pop_back();
            }
        }
    }
    return make_timer_device(settings, reason + ": a timer plays in real time, but nothing can be heard.");
}

std::unique_ptr<Device> open_named(const DeviceSettings& settings) {
    const std::string wanted = lower(settings.name);
    const std::vector<PortAudioOutput> outputs = list_portaudio_outputs();
    const auto is = [&wanted](const PortAudioOutput& output) {
        return lower(output.description.name) == wanted ||
               lower(output.description.host_api + ": " + output.description.name) == wanted;
    };
    const auto contains = [&wanted](const PortAudioOutput& output) {
        return lower(output.description.name).find(wanted) != std::string::npos;
    };
    auto found = std::find_if(outputs.begin(), outputs.end(), is);
    if (found == outputs.end() && std::count_if(outputs.begin(), outputs.end(), contains) == 1) {
        found = std::find_if(outputs.begin(), outputs.end(), contains);
    }
    if (found == outputs.end()) {
        std::string names;
        for (const PortAudioOutput& output : outputs) {
            names += fmt::format("\"{}\" ({}), ", output.description.name, output.description.host_api);
        }
        throw std::runtime_error(
            fmt::format("There is no output device \"{}\"; there are: {}\"{}\".", settings.name, names, timer_name));
    }
    return open_portaudio_device(*found, settings);
}

}  // namespace

std::vector<DeviceDescription> list_devices() {
    std::vector<DeviceDescription> devices;
    for (PortAudioOutput& output : list_portaudio_outputs()) {
        devices.push_back(std::move(output.description));
    }
    devices.push_back({timer_name, "Timer", 48000, default_frames / 48.0});
    return devices;
}

std::unique_ptr<Device> open_device(const DeviceSettings& settings) {
    if (settings.frames > 8192) {
        throw std::runtime_error(
            fmt::format("Blocks of {} frames are not possible: choose 1 to 8192.", settings.frames));
    }
    if (settings.rate < 8000 || settings.rate > 384000) {
        throw std::runtime_error(
            fmt::format("A sample rate of {} Hz is not possible: choose 8000 to 384000.", settings.rate));
    }
    if (settings.name.empty()) {
        return open_best(settings);
    }
    return lower(settings.name) == timer_name ? make_timer_device(settings, {}) : open_named(settings);
}

}  // namespace outboard::audio
