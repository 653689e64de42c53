// Device: who calls Engine::process in time. PortAudio's streams, and a timer where there is no sound card.
//
//     auto device = open_device(session.device);              // the rate is known from here on
//     Engine engine({.sample_rate = device->rate()}, host, session);
//     device->start(engine);                                  // process() is called from a thread of the device
//     …
//     device->stop();                                         // before the engine goes
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/session.h"
#include "scripting/scheduling.h"

namespace outboard::audio {

class Engine;

struct DeviceDescription {
    std::string name, host_api;  ///< as the user sees them: "system", "JACK Audio Connection Kit"
    double rate = 0;             ///< frames per second that it likes best
    double latency_ms = 0;       ///< its default low output latency
};

/// [control] Outputs with two channels at least, the best one first; the timer comes last and is always there. Asks
/// the sound system: some 10 to 100 ms. (While a stream is open PortAudio does not look for new ones.)
[[nodiscard]] std::vector<DeviceDescription> list_devices();

/// One output. All members but those marked are for the control thread that opened it. The engine outlives the
/// device's last call: stop() or destroy the device first.
class Device {
public:
    virtual ~Device() = default;

    /// From now on a thread of the device calls engine.process(). Throws std::runtime_error with a sentence.
    virtual void start(Engine& engine) = 0;
    /// Returns when no call is under way; none comes afterwards. May be called twice, and start() again later.
    virtual void stop() = 0;

    [[nodiscard]] virtual std::string name() const = 0;
    [[nodiscard]] virtual std::string host_api() const = 0;  ///< "JACK Audio Connection Kit", "ALSA", "Timer"
    [[nodiscard]] virtual double rate() const = 0;           ///< true frames per second, known once it is open
    /// Frames per callback. 0 while it is not known (before the first callback, where the server decides) or varies.
    [[nodiscard]] virtual std::uint32_t frames() const = 0;
    [[nodiscard]] virtual double latency_ms() const = 0;  ///< output latency as the system tells it
    /// Time in the callback / time that it plays, smoothed, 0..1 and above. Any thread.
    [[nodiscard]] virtual double cpu_load() const = 0;
    /// False when it was started and no longer calls: unplugged, or its server ended. Any thread.
    [[nodiscard]] virtual bool alive() const = 0;
    /// A sentence that the user must see, such as why there is no sound; empty when all is well.
    [[nodiscard]] virtual std::string notice() const = 0;
    /// For ScriptHost::set_callback_thread: nothing before the first callback. Any thread.
    [[nodiscard]] virtual std::optional<scripting::CallbackThread> callback_thread() const = 0;
};

/// [control] Opens the output that the settings name. With an empty name the best one: a JACK server that runs, then
/// the system's default; where nothing can be opened the timer, which plays in real time to nobody and says so in
/// notice(). "timer" asks for it. Throws std::runtime_error: a sentence that lists the names there are, or why the
/// named one does not open. JACK's rate and period are its server's, whatever the settings say.
[[nodiscard]] std::unique_ptr<Device> open_device(const DeviceSettings& settings);

}  // namespace outboard::audio
