// What a script said when it did not load, as the one sentence of a command line.
#pragma once

#include <chrono>
#include <string>

#include "scripting/script_slot.h"

namespace outboard::app {

/// How long a script may take to load before a run is given up.
inline constexpr std::chrono::milliseconds script_patience{30'000};

/// A traceback's last line, or the first line of anything else.
[[nodiscard]] std::string one_sentence(const std::string& text);

/// A script's message as a line of the terminal: "12.04 s  arpeggiator: text".
[[nodiscard]] std::string message_line(const scripting::Message& message, double sample_rate);

}  // namespace outboard::app
