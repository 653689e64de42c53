// The start of a script's process with everything that connects it to the host.
#pragma once

#include <array>
#include <memory>

#include "ipc/descriptor.h"
#include "ipc/pipe.h"
#include "ipc/process.h"
#include "ipc/shared_memory.h"
#include "ipc/system_pipe.h"
#include "scripting/traceback.h"

namespace outboard::scripting {

struct LinkOptions;

struct StartedChild {
    ipc::Descriptor lifeline;                         ///< the child ends when this closes
    std::array<std::unique_ptr<ipc::Pipe>, 2> lanes;  ///< in the order of scripting::transports
    std::unique_ptr<ipc::SystemPipe> slow;
    ipc::SharedMemory audio_memory;
    ipc::Process process;
};

/// [control] Throws std::runtime_error or std::system_error.
[[nodiscard]] StartedChild start_child(const LinkOptions& options, const TracebackPipe& traceback);

}  // namespace outboard::scripting
