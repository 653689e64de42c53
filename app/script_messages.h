// What scripts say while they run, as lines of the terminal.
#pragma once

#include <chrono>
#include <string>

#include "scripting/script_slot.h"

namespace outboard::app {

/// How long a script may take to load before a run is given up.
inline constexpr std::chrono::milliseconds script_patience{30'000};

/// "12.04 s  mine.py:7: text"; a traceback keeps its lines.
[[nodiscard]] std::string message_line(const scripting::Message& message, double sample_rate);

}  // namespace outboard::app
