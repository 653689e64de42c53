#include <system_error>

#include "ipc/posix/spawn_settings.h"

namespace outboard::ipc {

void close_from(posix_spawn_file_actions_t& actions, int first) {
    const int error = ::posix_spawn_file_actions_addclosefrom_np(&actions, first);
    if (error != 0) {
        throw std::system_error(error, std::generic_category(), "cannot prepare the start of a program");
    }
}

short own_spawn_flags() noexcept {
    return 0;
}

}  // namespace outboard::ipc
