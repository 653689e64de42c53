// --set NAME=VALUE: finding the parameter, reading the value as people write it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audio/session.h"
#include "scripting/script_slot.h"

namespace outboard::app {

/// [control] What the script of each track declares, track by track (empty for a track without a script). Starts each
/// script once. Throws std::runtime_error with the sentence of a script that does not load.
[[nodiscard]] std::vector<std::vector<scripting::Parameter>> declared_parameters(const audio::Session& session,
                                                                                 std::uint64_t seed);

/// The value that `text` means for the parameter: a number in its range, a menu's choice by its text, on or off.
/// Throws UsageError with a sentence that says what there is.
[[nodiscard]] double parameter_value(const scripting::Parameter& parameter, const std::string& text);

/// Sets it, by id or by name, in every track whose script declares it. Throws UsageError when none does.
void set_parameter(audio::Session& session, const std::vector<std::vector<scripting::Parameter>>& declared,
                   const std::string& name, const std::string& text);

}  // namespace outboard::app
