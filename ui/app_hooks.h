// AppHooks: what the window asks of the floor above it. The window itself opens no device and reads no session file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "audio/session.h"

namespace outboard::ui {

/// A device that can be chosen.
struct DeviceChoice {
    std::string name;                  ///< what goes into audio::DeviceSettings::name
    std::string label;                 ///< what people read, e.g. "JACK · system"; empty: name
    double default_rate = 48000;       ///< Hz
    std::uint32_t default_frames = 0;  ///< 0: the device decides
};

/// The device that runs now.
struct DeviceStatus {
    std::string name;          ///< short, e.g. "JACK"; empty: none runs
    double rate = 0;           ///< Hz
    std::uint32_t frames = 0;  ///< per callback
    double latency_ms = 0;     ///< output latency as the device tells it
    double cpu_load = 0;       ///< percent, as the device measures it; 0 where it does not
    std::string notice;        ///< one sentence when something is not as wished (no sound card: silent timer)
};

/// All are called on the window's thread. A hook that is empty takes its menu entry away. Hooks throw
/// std::runtime_error with one sentence, which the window shows; nothing has changed then.
struct AppHooks {
    /// Reads a session file and plays it from now on. May replace the engine (MainWindow::set_engine).
    std::function<void(const std::string& path)> open_session;
    /// Writes the engine's present session to a file.
    std::function<void(const std::string& path)> save_session;
    /// An empty session: one track, no script, no song. May replace the engine.
    std::function<void()> new_session;
    /// The demo session. May replace the engine.
    std::function<void()> demo_session;
    /// Path of the session file in use; empty when it was never saved. Asked again after each of the above.
    std::function<std::string()> session_path;

    std::function<std::vector<DeviceChoice>()> devices;
    /// Closes the running device and opens this one, at its rate. May replace the engine.
    std::function<void(const audio::DeviceSettings& wish)> choose_device;
    /// Cheap: called several times a second.
    std::function<DeviceStatus()> device;

    /// Names of MIDI output ports a track can also play to.
    std::function<std::vector<std::string>()> midi_outputs;
    /// Renders the present session to a WAV file. Runs on the window's thread and calls `progress` (0..1) now and
    /// then; false from it means stop.
    std::function<void(const std::string& path, const std::function<bool(double)>& progress)> render;

    /// The values of a script's panel, from and to a preset file. Both empty: no presets.
    std::function<scripting::ParameterValues(const std::string& path)> read_preset;
    std::function<void(const std::string& path, const std::string& script, const scripting::ParameterValues& values)>
        write_preset;
    /// Where presets go: a folder per script in it.
    std::string presets_folder;

    /// Where a user's copies of factory scripts go; made when first needed. Empty: the system's data folder.
    std::string scripts_folder;
};

}  // namespace outboard::ui
