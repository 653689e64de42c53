// What stands behind open_device, and what its devices share. Not for other floors.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/device.h"

namespace outboard::audio {

inline constexpr std::uint32_t default_frames = 128;
inline constexpr const char* timer_name = "timer";

/// The callback as all devices make it: calls the engine, and keeps what the control side wants to know of it.
class Callback {
public:
    void attach(Engine* engine) noexcept;  ///< [control] while no call can come
    /// [rt] Runs the engine; without one it plays silence.
    void run(float* out, std::uint32_t frames, bool underrun) noexcept;

    [[nodiscard]] std::uint32_t steady_frames() const noexcept;  ///< length of the last two calls, 0 if it differs
    [[nodiscard]] std::int64_t last_call_ns() const noexcept { return last_call_ns_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::optional<scripting::CallbackThread> thread() const noexcept;

private:
    std::atomic<Engine*> engine_{nullptr};
    std::atomic<std::uint32_t> frames_{0}, frames_before_{0};
    std::atomic<std::int64_t> last_call_ns_{0};
    scripting::CallbackThread thread_;  ///< written once per start, before thread_known_
    std::atomic<bool> thread_known_{false};
};

/// [control] Plays to nobody at the pace of the system's clock.
[[nodiscard]] std::unique_ptr<Device> make_timer_device(const DeviceSettings& settings, std::string notice);

/// [control] Outputs that PortAudio offers, the best one first; `index` is PortAudio's.
struct PortAudioOutput {
    int index = 0;
    DeviceDescription description;
};
[[nodiscard]] std::vector<PortAudioOutput> list_portaudio_outputs();
/// [control] Throws std::runtime_error with PortAudio's reason.
[[nodiscard]] std::unique_ptr<Device> open_portaudio_device(const PortAudioOutput& output,
                                                            const DeviceSettings& settings);

}  // namespace outboard::audio
