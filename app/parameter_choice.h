// --set NAME=VALUE: finding the parameter. (parameter_words.h reads the value.)
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

/// Sets it, by id or by name, in every track whose script declares it; one value of a table or xy by its id
/// ("steps[3]"). Throws UsageError when none does, or when the text means no value of it.
void set_parameter(audio::Session& session, const std::vector<std::vector<scripting::Parameter>>& declared,
                   const std::string& name, const std::string& text);

}  // namespace outboard::app
