#include "scripting/script_host.h"

#include <filesystem>
#include <stdexcept>

#include "scripting/control_thread.h"
#include "scripting/process_figures.h"

namespace outboard::scripting {
namespace {

namespace fs = std::filesystem;

/// The first of some places that exists.
std::string first_of(std::initializer_list<fs::path> places) {
    for (const fs::path& place : places) {
        std::error_code ignored;
        if (fs::exists(place, ignored)) {
            return fs::weakly_canonical(place, ignored).string();
        }
    }
    return {};
}

ScriptHost::Options complete(ScriptHost::Options options) {
    const fs::path here = executable_folder();
    if (options.child_program.empty()) {
        options.child_program = first_of({here / "outboard-script", here / "../libexec/outboard/outboard-script",
                                          fs::path(OUTBOARD_BUILD_BIN) / "outboard-script"});
    }
    if (options.child_program.empty() || !fs::exists(options.child_program)) {
        throw std::runtime_error("The program outboard-script is not beside " + here.string() +
                                 ": build or install Outboard whole.");
    }
    if (options.package_path.empty()) {
        options.package_path = first_of({here / "../share/outboard/python", fs::path(OUTBOARD_SOURCE_PYTHON)});
    }
    if (options.package_path.empty() || !fs::exists(fs::path(options.package_path) / "outboard")) {
        throw std::runtime_error(
            "The Python package `outboard` is not where it was installed: install Outboard whole.");
    }
    return options;
}

}  // namespace

struct ScriptHost::State {
    explicit State(Options the_options) : options(complete(std::move(the_options))), control(options) {}
    Options options;
    ControlThread control;
};

ScriptHost::ScriptHost(Options options) : state_(std::make_unique<State>(std::move(options))) {}
ScriptHost::~ScriptHost() = default;

ScriptSlot& ScriptHost::add_slot(const std::string& name, std::uint8_t channel, std::uint32_t tag) {
    return state_->control.add(name, channel, tag);
}

void ScriptHost::remove_slot(ScriptSlot& slot) {
    state_->control.remove(static_cast<Slot&>(slot));
}

std::vector<Message> ScriptHost::take_messages() {
    return state_->control.take_messages();
}

void ScriptHost::set_callback_thread(const CallbackThread& thread) {
    state_->control.set_callback_thread(thread);
}

std::string ScriptHost::factory_folder() const {
    return first_of({fs::path(state_->options.package_path) / "../factory"});
}

std::string resolve_script(const std::string& text, const std::string& factory_folder) {
    std::error_code ignored;
    if (fs::is_regular_file(text, ignored)) {
        return fs::absolute(text).lexically_normal().string();
    }
    if (text.find('/') == std::string::npos && !factory_folder.empty()) {
        const fs::path factory = fs::path(factory_folder) / (text.ends_with(".py") ? text : text + ".py");
        if (fs::is_regular_file(factory, ignored)) {
            return factory.string();
        }
    }
    if (fs::exists(text, ignored)) {
        throw std::runtime_error("'" + text + "' is not a script: give a Python file or a factory script's name.");
    }
    std::string names;
    for (fs::directory_iterator at(factory_folder, ignored), end; !ignored && at != end; at.increment(ignored)) {
        if (at->path().extension() == ".py" && at->path().filename().string()[0] != '_') {
            names += (names.empty() ? "" : ", ") + at->path().stem().string();
        }
    }
    throw std::runtime_error("There is no script '" + text + "': give a Python file, or one of the factory scripts " +
                             names + ".");
}

}  // namespace outboard::scripting
