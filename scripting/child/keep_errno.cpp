#include "scripting/child/keep_errno.h"

#include <signal.h>

#include <array>
#include <cerrno>

namespace outboard::scripting::child {

namespace {

std::array<void (*)(int), NSIG> handlers{};

void handle(int signal) {
    const int before = errno;
    handlers[static_cast<unsigned>(signal)](signal);
    errno = before;
}

}  // namespace

void keep_errno(int signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0 || (action.sa_flags & SA_SIGINFO) != 0 ||
        action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN || action.sa_handler == handle) {
        return;
    }
    handlers[static_cast<unsigned>(signal)] = action.sa_handler;
    action.sa_handler = handle;
    ::sigaction(signal, &action, nullptr);
}

}  // namespace outboard::scripting::child
