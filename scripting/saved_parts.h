// What the scripts of a chain keep: one JSON text between host and child, one for each script where it is stored, so
// that a script finds its own again when its chain has changed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "scripting/script_slot.h"

namespace outboard::scripting {

/// [control] The text of each script, in order; empty where there is none. Of one script it is the text itself.
[[nodiscard]] std::vector<std::string> saved_parts(const std::string& saved, std::size_t scripts);
/// [control] The way back.
[[nodiscard]] std::string joined_saved(const std::vector<std::string>& parts);

/// [control] "arpeggiator.py", or "arpeggiator.py, transpose.py".
[[nodiscard]] std::string names_of(const Scripts& scripts);

}  // namespace outboard::scripting
