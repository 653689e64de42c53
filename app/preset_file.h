// Preset file: the values of one script's panel, as JSON:
// {"outboard_preset": 1, "script": "arpeggiator", "parameters": {"gate": 0.5, "steps": [1, 0], "scale": "/a/b.scl"}}
#pragma once

#include <string>

#include "scripting/script_slot.h"

namespace outboard::app {

/// [control] Throws std::runtime_error with one sentence that names the file.
[[nodiscard]] scripting::ParameterValues read_preset(const std::string& path);

/// [control] `script`: its name, for people. Throws std::runtime_error with one sentence; the old file is untouched
/// then.
void write_preset(const std::string& path, const std::string& script, const scripting::ParameterValues& values);

}  // namespace outboard::app
