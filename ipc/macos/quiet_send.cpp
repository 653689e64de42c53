#include "ipc/portable/quiet_send.h"

#include <sys/socket.h>

#include "ipc/realtime.h"

namespace outboard::ipc {

// A property of the socket, so it also holds in the process that inherits it.
void prepare_quiet_send(const Descriptor& socket) noexcept {
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
}

void quiet_send(Handle socket) noexcept {
    const AllowedSystemCall allowed;
    [[maybe_unused]] const ssize_t sent = ::send(socket, "", 1, MSG_DONTWAIT);
}

}  // namespace outboard::ipc
