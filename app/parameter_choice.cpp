#include "app/parameter_choice.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <span>

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
    using Type = Parameter::Type;
    switch (parameter.type) {
        case Type::menu:
            return menu_value(parameter, text);
        case Type::toggle:
            return toggle_value(parameter, text);
        case Type::button:
        case Type::label:
        case Type::meter:
            throw UsageError(fmt::format("{} cannot be set: it is a {}", parameter.id,
                                         parameter.type == Type::button  ? "button, to press in the window"
                                         : parameter.type == Type::label ? "label, which the script writes"
                                                                         : "meter, which the script moves"));
        default:
            return knob_value(parameter, text);
    }
}

namespace {

/// "0.2,0.8" for all values of a table or xy that begins at `first`.
void set_all_values(audio::TrackSettings& track, std::span<const Parameter> values, const std::string& text) {
    std::vector<std::string> numbers{""};
    for (const char c : text) {
        c == ',' ? static_cast<void>(numbers.emplace_back()) : numbers.back().push_back(c);
    }
    if (numbers.size() != values.size()) {
        throw UsageError(fmt::format("{} takes {} numbers with commas between them, not '{}'", values[0].owner,
                                     values.size(), text));
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        track.parameters[values[i].id] = knob_value(values[i], numbers[i]);
    }
}

void set_file(audio::TrackSettings& track, const Parameter& parameter, const std::string& text) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(text, ignored)) {
        throw UsageError(fmt::format("{} takes a file, and there is none at '{}'", parameter.id, text));
    }
    const auto ending = lower(std::filesystem::path(text).extension().string());
    if (!parameter.choices.empty() && std::ranges::find(parameter.choices, ending) == parameter.choices.end()) {
        throw UsageError(
            fmt::format("{} takes files of {}, not '{}'", parameter.id, fmt::join(parameter.choices, ", "), text));
    }
    track.texts[parameter.id] = std::filesystem::absolute(text).lexically_normal().string();
}

}  // namespace

void set_parameter(audio::Session& session, const std::vector<std::vector<Parameter>>& declared,
                   const std::string& name, const std::string& text) {
    std::set<std::string> known;
    bool found = false;
    for (std::size_t i = 0; i < declared.size(); ++i) {
        for (std::size_t at = 0; at < declared[i].size(); ++at) {
            const Parameter& parameter = declared[i][at];
            known.insert(parameter.owner.empty() ? parameter.id : parameter.owner);
            if (!parameter.owner.empty() && (at == 0 || declared[i][at - 1].owner != parameter.owner) &&
                (parameter.owner == name || lower(parameter.text) == lower(name))) {
                std::size_t end = at;
                while (end < declared[i].size() && declared[i][end].owner == parameter.owner) {
                    ++end;
                }
                set_all_values(session.tracks[i], std::span(declared[i]).subspan(at, end - at), text);
                found = true;
            }
            if (parameter.type == Parameter::Type::file &&
                (parameter.id == name || lower(parameter.name) == lower(name))) {
                set_file(session.tracks[i], parameter, text);
                found = true;
            } else if (parameter.id == name || lower(parameter.name) == lower(name)) {
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
