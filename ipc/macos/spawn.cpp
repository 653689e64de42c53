#include "ipc/posix/spawn_settings.h"

namespace outboard::ipc {

// Every descriptor counts as close-on-exec but those that the file actions make: nothing is left to close.
void close_from(posix_spawn_file_actions_t&, int) {}

short own_spawn_flags() noexcept {
    return POSIX_SPAWN_CLOEXEC_DEFAULT;
}

}  // namespace outboard::ipc
