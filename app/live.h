// Live: a device, the script host and an engine, put together in the only order that works and taken apart in the
// reverse one. What play and the window stand on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "audio/device.h"
#include "audio/engine.h"
#include "audio/midi_ports.h"
#include "scripting/script_host.h"

namespace outboard::app {

/// What a run is made with beside its session.
struct LiveOptions {
    std::string transport = "shm";
    bool pipelined = false;
    std::optional<std::int64_t> prewake_guard_ns = 0;  ///< as scripting::ScriptHost::Options
    double deadline = 0.5;
    std::uint64_t seed = 0;
};
[[nodiscard]] LiveOptions live_options(const CommandLine& line);

class Live {
public:
    /// [control] Opens the device, builds the engine at its rate and begins to load the scripts; nothing sounds yet.
    /// Throws std::runtime_error with a sentence.
    Live(const audio::Session& session, const LiveOptions& options);
    ~Live();
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;

    /// [control] Opens the MIDI inputs; the device calls the engine from now on. Waits for its first call, at most a
    /// second, to give the scripts the priority that belongs to it. Throws std::runtime_error with a sentence.
    void start();
    /// [control] Lets everything that sounds end, then stops the device: afterwards the figures are final.
    void stop();

    [[nodiscard]] audio::Engine& engine() noexcept { return *engine_; }
    [[nodiscard]] audio::Device& device() noexcept { return *device_; }
    /// After start: sentences worth showing, such as no sound card, or a MIDI input that is not there.
    [[nodiscard]] std::vector<std::string> notices() const;
    /// "JACK Audio Connection Kit · 48000 Hz · 128 frames (2.67 ms)".
    [[nodiscard]] std::string device_text() const;

private:
    std::unique_ptr<scripting::ScriptHost> host_;  // outlives the engine
    std::unique_ptr<audio::Device> device_;
    std::unique_ptr<audio::Engine> engine_;
    std::vector<std::string> midi_input_names_;
    std::unique_ptr<audio::MidiInputs> midi_inputs_;
    std::string midi_notice_;
};

}  // namespace outboard::app
