// What people write after --set NAME=: a number, a menu's choice, on or off, a list, a path.
#pragma once

#include <span>
#include <string>

#include "scripting/script_slot.h"

namespace outboard::app {

/// The value that `text` means for a parameter that has one number: a number in its range and on its step (also with
/// its unit, "50 %"), a menu's choice by its text, on or off. Throws UsageError with a sentence that says what there
/// is.
[[nodiscard]] double parameter_value(const scripting::Parameter& parameter, const std::string& text);

/// The same for a whole control, by the ids of its values: of a table or xy all its declarations, whose numbers have
/// commas between them ("0.2, 0.8", also in brackets); of a file its path, made absolute, or nothing for none.
[[nodiscard]] scripting::ParameterValues parameter_values(std::span<const scripting::Parameter> control,
                                                          const std::string& text);

[[nodiscard]] std::string lower(std::string text);

}  // namespace outboard::app
