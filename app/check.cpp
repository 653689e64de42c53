// check: what this machine gives. Every line is measured by doing the thing, not read from a manual.
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "app/paths.h"
#include "app/real_time_check.h"
#include "app/script_messages.h"
#include "app/verbs.h"
#include "audio/device.h"
#include "audio/fluid_instrument.h"
#include "scripting/script_host.h"

namespace outboard::app {
namespace {

void row(const char* what, const std::string& text) {
    fmt::print("{:<20} {}\n", what, text);
}

/// A script in a folder that goes away with it.
class TrialScript {
public:
    TrialScript() {
        auto pattern = (std::filesystem::temp_directory_path() / "outboard-check-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error(fmt::format("no folder can be made in '{}': is the disk full?",
                                                 std::filesystem::temp_directory_path().string()));
        }
        folder_ = pattern;
        std::ofstream(path()) << "import platform\nprint(platform.python_version())\n";
    }
    ~TrialScript() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    TrialScript(const TrialScript&) = delete;
    TrialScript& operator=(const TrialScript&) = delete;
    [[nodiscard]] std::string path() const { return folder_ + "/version.py"; }

private:
    std::string folder_;
};

/// Starts a script in a process of its own and lets it say its version. False: scripts do not run here.
bool check_scripts() {
    const TrialScript script;
    const auto began = std::chrono::steady_clock::now();
    scripting::ScriptHost::Options options;
    options.offline = true;
    scripting::ScriptHost host(options);
    auto& slot = host.add_slot("check", 0);
    slot.load(script.path(), {});
    if (const auto error = slot.wait_loaded(script_patience)) {
        row("Python", "scripts do not run: " + *error);
        return false;
    }
    const auto elapsed = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
    std::string version = "?";
    for (int i = 0; i < 100 && version == "?"; ++i) {
        for (const auto& message : host.take_messages()) {
            if (message.type == scripting::Message::Type::print) {
                version = message.text.substr(0, message.text.find('\n'));
            }
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    row("Python", fmt::format("{}; a script starts in {:.0f} ms, in a process of its own", version, elapsed));
    row("factory scripts", host.factory_folder().empty() ? "not found" : host.factory_folder());
    return true;
}

}  // namespace

int run_check(const CommandLine&) {
    const auto devices = audio::list_devices();
    for (std::size_t i = 0; i < devices.size(); ++i) {
        const auto& device = devices[i];
        row(i == 0 ? "devices" : "", fmt::format("{}  ({}, {:.0f} Hz, {:.1f} ms)", device.name, device.host_api,
                                                 device.rate, device.latency_ms));
    }
    for (const auto& [what, text] : real_time_rows()) {
        row(what.c_str(), text);
    }
    const bool scripts = check_scripts();
    const auto font = audio::default_soundfont();
    row("SoundFont", font.empty() ? "none: install a SoundFont such as timgm6mb-soundfont, or use --soundfont" : font);
    row("sandbox", "none: a script may do what you may do");
    return scripts && !font.empty() ? 0 : 1;
}

}  // namespace outboard::app
