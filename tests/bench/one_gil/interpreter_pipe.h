// InterpreterPipe: a Pipe behind which a script answers in this very process. A post waits in memory; the receive that
// looks for its answer runs the script, on its own thread and with the GIL, as programs do that embed Python.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ipc/pipe.h"
#include "scripting/link.h"

namespace outboard::scripting::one_gil {

struct Loaded {
    std::unique_ptr<ipc::Pipe> pipe;
    std::uint64_t handles = 0;
    std::string failure;  ///< empty: loaded
};

/// [control] Loads a script into the one interpreter of this process, which the first call starts. Each script gets a
/// copy of the package `outboard`, since that knows one running script. Throws std::runtime_error with a sentence.
[[nodiscard]] Loaded load(const LinkOptions& options);

}  // namespace outboard::scripting::one_gil
