// The modes of the tests' other process.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ipc/pipe.h"

namespace outboard::ipc::test {

using Arguments = std::vector<std::string>;
using Modes = std::map<std::string, int (*)(const Arguments&)>;

/// Those that only this system has.
Modes system_modes();
/// Those of all POSIX systems.
Modes posix_modes();

struct Inherited {
    std::size_t ring_bytes;
    std::unique_ptr<Pipe> pipe;
};
Inherited inherited_pipe(const Arguments& arguments);

/// Keeps signals from this thread, where there are any.
void block_signals();

int echo(const Arguments& arguments);
int sleep_on(const Arguments& arguments);

}  // namespace outboard::ipc::test
