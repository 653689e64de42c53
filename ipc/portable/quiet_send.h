// Writing to a socket that nobody reads any more, without the signal that ends the process. Each system has its own.
#pragma once

#include "ipc/descriptor.h"

namespace outboard::ipc {

/// [control] Before a socket is given to quiet_send, here or in another process.
void prepare_quiet_send(const Descriptor& socket) noexcept;
/// [rt] One byte, if there is room at once.
void quiet_send(Handle socket) noexcept;

}  // namespace outboard::ipc
