// How a child learns which of its handles is which: numbers as on POSIX systems, in a variable of its environment.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ipc/descriptor.h"

namespace outboard::ipc {

inline constexpr wchar_t handles_variable[] = L"OUTBOARD_INHERITED_HANDLES";

/// The number of the event by which Process::terminate asks.
inline constexpr int asked_to_end = 0;

/// The variable's value: "3:1a4 4:1b0 ".
std::wstring text_of(const std::vector<std::pair<int, Handle>>& handles);

/// [child] What was given as this number and not taken yet, else empty.
Descriptor take_inherited(int number);

}  // namespace outboard::ipc
