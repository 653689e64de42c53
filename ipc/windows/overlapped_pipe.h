// A pipe whose ends can be waited for: Windows' anonymous pipes cannot.
#pragma once

#include <array>

#include "ipc/descriptor.h"

namespace outboard::ipc {

/// [control] [0] to read and [1] to write, for overlapped calls, not inheritable. Throws std::system_error.
std::array<Descriptor, 2> make_overlapped_pipe();

}  // namespace outboard::ipc
