// The modes of the tests' other process.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace outboard::ipc::test {

using Arguments = std::vector<std::string>;
using Modes = std::map<std::string, int (*)(const Arguments&)>;

/// Those that only this system has.
Modes system_modes();

int sleep_on(const Arguments& arguments);

}  // namespace outboard::ipc::test
