#include "ipc/portable/quiet_send.h"

#include <sys/socket.h>

#include "ipc/realtime.h"

namespace outboard::ipc {

void prepare_quiet_send(const Descriptor& /*socket*/) noexcept {}

void quiet_send(Handle socket) noexcept {
    const AllowedSystemCall allowed;
    [[maybe_unused]] const ssize_t sent = ::send(socket, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace outboard::ipc
