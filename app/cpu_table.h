// The CPU panel as text: where the time of a block goes, layer by layer and track by track.
#pragma once

#include <string>
#include <vector>

#include "audio/engine.h"

namespace outboard::app {

/// The table for a terminal, redrawn a few times a second; columns stand still.
[[nodiscard]] std::vector<std::string> cpu_table(const audio::EngineSnapshot& snapshot);
/// The same in one line, for a log.
[[nodiscard]] std::string cpu_line(const audio::EngineSnapshot& snapshot);
/// Where the song stands: "0:12  bar 5.1  112.0 BPM 4/4".
[[nodiscard]] std::string position_text(const audio::EngineSnapshot& snapshot);

}  // namespace outboard::app
