#include "ipc/posix/pipe_calls.h"

#include <cerrno>
#include <csignal>
#include <system_error>

#include <fcntl.h>

namespace outboard::ipc {

void make_non_blocking(const Descriptor& descriptor) {
    const int flags = ::fcntl(descriptor.get(), F_GETFL);
    if (flags < 0 || ::fcntl(descriptor.get(), F_SETFL, flags | O_NONBLOCK) != 0 ||
        ::fcntl(descriptor.get(), F_SETFD, FD_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot use the inherited pipe");
    }
}

void ignore_broken_pipe_signal() noexcept {
    struct sigaction current {};
    if (::sigaction(SIGPIPE, nullptr, &current) == 0 && (current.sa_flags & SA_SIGINFO) == 0 &&
        current.sa_handler == SIG_DFL) {
        current.sa_handler = SIG_IGN;
        ::sigaction(SIGPIPE, &current, nullptr);
    }
}

}  // namespace outboard::ipc
