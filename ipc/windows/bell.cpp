#include "ipc/bell.h"

#include <span>

#include "ipc/windows/wait_until.h"
#include "ipc/windows/win32.h"

namespace outboard::ipc {

// An event per direction that resets itself. Rejected: WaitOnAddress, which does not reach another process; a
// semaphore object, which would count wake-ups that nobody waits for. The ringer may only set (and reset: a peer that
// does that loses its own wake-ups).
Bell Bell::create() {
    Descriptor listener = new_event(false);
    Descriptor ringer = duplicate(listener.get(), EVENT_MODIFY_STATE);
    if (!ringer) {
        fail("cannot create the bell of a child");
    }
    return {std::move(ringer), std::move(listener)};
}

void ring(Handle ringer) noexcept {
    ::SetEvent(native(ringer));
}

void listen(Handle listener, std::int64_t deadline_ns) noexcept {
    wait_until(std::span(&listener, 1), deadline_ns);
}

void hang_up(Handle listener) noexcept {
    ::SetEvent(native(listener));
}

}  // namespace outboard::ipc
