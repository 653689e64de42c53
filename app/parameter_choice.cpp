#include "app/parameter_choice.h"

#include <set>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/command_line.h"
#include "app/parameter_words.h"
#include "app/script_messages.h"
#include "scripting/script_host.h"

namespace outboard::app {

using scripting::Parameter;

std::vector<std::vector<Parameter>> declared_parameters(const audio::Session& session, std::uint64_t seed) {
    scripting::ScriptHost::Options options;
    options.offline = true;
    options.seed = seed;
    scripting::ScriptHost host(options);
    std::vector<scripting::ScriptSlot*> slots;
    for (const auto& track : session.tracks) {
        slots.push_back(track.script.empty() ? nullptr : &host.add_slot(track.name, 0));
        if (slots.back() != nullptr) {
            slots.back()->load(track.scripts(), 0, {});
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

namespace {

/// How many declarations from `first` on belong to one control.
std::size_t size_of_control(const std::vector<Parameter>& declared, std::size_t first) {
    std::size_t end = first + 1;
    while (!declared[first].owner.empty() && end < declared.size() && declared[end].owner == declared[first].owner) {
        ++end;
    }
    return end - first;
}

void put(audio::TrackSettings& track, const scripting::ParameterValues& values) {
    for (const auto& [id, value] : values) {
        if (const double* const number = std::get_if<double>(&value)) {
            track.parameters[id] = *number;
        } else {
            track.texts[id] = std::get<std::string>(value);
        }
    }
}

/// Sets what has that name in one script: a control by id or name, one value of a table or xy by its id ("steps[3]").
bool set_in_track(audio::TrackSettings& track, const std::vector<Parameter>& declared, const std::string& name,
                  const std::string& text, std::set<std::string>& known) {
    // In a chain several scripts may have a control of that name: an id means one of them.
    const bool is_id =
        std::ranges::any_of(declared, [&](const Parameter& one) { return one.id == name || one.owner == name; });
    bool found = false;
    std::size_t size = 0;
    for (std::size_t first = 0; first < declared.size(); first += size) {
        size = size_of_control(declared, first);
        const auto control = std::span(declared).subspan(first, size);
        const bool several = !control[0].owner.empty();
        const std::string& id = several ? control[0].owner : control[0].id;
        known.insert(id);
        if (name == id || (!is_id && lower(name) == lower(several ? control[0].text : control[0].name))) {
            put(track, parameter_values(control, text));
            found = true;
        }
        for (std::size_t i = 0; several && i < size; ++i) {
            if (name == control[i].id) {
                put(track, parameter_values(control.subspan(i, 1), text));
                found = true;
            }
        }
    }
    return found;
}

}  // namespace

void set_parameter(audio::Session& session, const std::vector<std::vector<Parameter>>& declared,
                   const std::string& name, const std::string& text) {
    std::set<std::string> known;
    bool found = false;
    for (std::size_t i = 0; i < declared.size(); ++i) {
        found = set_in_track(session.tracks[i], declared[i], name, text, known) || found;
    }
    if (!found && known.empty()) {
        throw UsageError(fmt::format("--set {} finds no script with parameters: choose one with --script", name));
    }
    if (!found) {
        throw UsageError(fmt::format("no script has a parameter '{}': there are {}", name, fmt::join(known, ", ")));
    }
}

}  // namespace outboard::app
