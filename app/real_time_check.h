// What this machine gives to threads that must be in time. For `outboard check`.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace outboard::app {

/// Rows of (what, found), every one found by doing or reading the thing. The last row is what would grant the rest,
/// when something is refused. Takes about half a second.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> real_time_rows();

}  // namespace outboard::app
