// What CreateProcess wants in place of argv and envp.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outboard::ipc {

/// One line that the C runtime of the child takes apart into these arguments again.
std::wstring command_line(const std::string& program, const std::vector<std::string>& arguments);

/// This process's environment with the additions, as a block; an addition replaces the variable of that name.
std::wstring environment_block(const std::vector<std::pair<std::wstring, std::wstring>>& additions);

}  // namespace outboard::ipc
