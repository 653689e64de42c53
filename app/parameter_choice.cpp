#include "app/parameter_choice.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/command_line.h"
#include "app/script_messages.h"
#include "scripting/script_host.h"

namespace outboard::app {
namespace {

using scripting::Parameter;

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

double toggle_value(const Parameter& parameter, const std::string& text) {
    const auto word = lower(text);
    if (word == "on" || word == "true" || word == "1") {
        return 1;
    }
    if (word == "off" || word == "false" || word == "0") {
        return 0;
    }
    throw UsageError(fmt::format("{} is on or off, not '{}'", parameter.id, text));
}

double menu_value(const Parameter& parameter, const std::string& text) {
    for (std::size_t i = 0; i < parameter.choices.size(); ++i) {
        if (lower(parameter.choices[i]) == lower(text)) {
            return static_cast<double>(i);
        }
    }
    throw UsageError(
        fmt::format("{} has no choice '{}': there are {}", parameter.id, text, fmt::join(parameter.choices, ", ")));
}

double knob_value(const Parameter& parameter, const std::string& text) {
    double value = 0;
    std::size_t used = 0;
    try {
        value = std::stod(text, &used);
    } catch (const std::logic_error&) {
        used = 0;
    }
    if (used == 0 || used != text.size() || !(value >= parameter.minimum && value <= parameter.maximum)) {
        throw UsageError(fmt::format("{} takes a number from {} to {}, not '{}'", parameter.id, parameter.minimum,
                                     parameter.maximum, text));
    }
    return value;
}

}  // namespace

std::vector<std::vector<Parameter>> declared_parameters(const audio::Session& session, std::uint64_t seed) {
    scripting::ScriptHost::Options options;
    options.offline = true;
    options.seed = seed;
    scripting::ScriptHost host(options);
    std::vector<scripting::ScriptSlot*> slots;
    for (const auto& track : session.tracks) {
        slots.push_back(track.script.empty() ? nullptr : &host.add_slot(track.name, 0));
        if (slots.back() != nullptr) {
            slots.back()->load(track.script, {});
        }
    }
    std::vector<std::vector<Parameter>> declared;
    for (auto* slot : slots) {
        if (slot == nullptr) {
            declared.emplace_back();
            continue;
        }
        if (const auto error = slot->wait_loaded(script_patience)) {
            throw std::runtime_error(*error);
        }
        declared.push_back(slot->parameters());
    }
    return declared;
}

double parameter_value(const Parameter& parameter, const std::string& text) {
    switch (parameter.type) {
        case Parameter::Type::menu:
            return menu_value(parameter, text);
        case Parameter::Type::toggle:
            return toggle_value(parameter, text);
        case Parameter::Type::knob:
            break;
    }
    return knob_value(parameter, text);
}

void set_parameter(audio::Session& session, const std::vector<std::vector<Parameter>>& declared,
                   const std::string& name, const std::string& text) {
    std::set<std::string> known;
    bool found = false;
    for (std::size_t i = 0; i < declared.size(); ++i) {
        for (const auto& parameter : declared[i]) {
            known.insert(parameter.id);
            if (parameter.id == name || lower(parameter.name) == lower(name)) {
                session.tracks[i].parameters[parameter.id] = parameter_value(parameter, text);
                found = true;
            }
        }
    }
    if (!found && known.empty()) {
        throw UsageError(fmt::format("--set {} finds no script with parameters: choose one with --script", name));
    }
    if (!found) {
        throw UsageError(fmt::format("no script has a parameter '{}': there are {}", name, fmt::join(known, ", ")));
    }
}

}  // namespace outboard::app
