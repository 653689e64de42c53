#include <sys/syscall.h>
#include <unistd.h>

#include "system.h"

namespace outboard::ipc::test {

Descriptor watch(std::int64_t pid) {
    return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)));
}

const bool os_pipe_counts_unread = true;

}  // namespace outboard::ipc::test
