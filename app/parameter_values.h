// The values of a script's panel as JSON, in session files and presets: a number, a text, or a list of numbers for what
// has several ("steps": [1, 0, 0.5]).
#pragma once

#include <nlohmann/json.hpp>

#include "audio/session.h"

namespace outboard::app {

/// [control] Adds to `track`'s parameters and texts. Throws std::invalid_argument with what was expected.
void read_parameters(const nlohmann::ordered_json& values, audio::TrackSettings& track);

/// [control]
[[nodiscard]] nlohmann::ordered_json write_parameters(const audio::TrackSettings& track);

}  // namespace outboard::app
