#include "ipc/posix/exit_watch.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <sys/syscall.h>
#include <unistd.h>

#include "ipc/descriptor.h"

namespace outboard::ipc {

struct ExitWatch::State {
    Descriptor ended;  // a pidfd: means this child for ever, whoever gets its number later
};

ExitWatch::ExitWatch(pid_t child) : state_(std::make_unique<State>()) {
    // By number: glibc 2.36 declares pidfd_open without C linkage.
    state_->ended = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    if (!state_->ended) {
        throw std::system_error(errno, std::generic_category());
    }
}

ExitWatch::~ExitWatch() = default;

int ExitWatch::descriptor() const noexcept {
    return state_->ended.get();
}

int ExitWatch::look(int options, siginfo_t& info) const noexcept {
    info = {};
    int result = 0;
    do {
        result = ::waitid(P_PIDFD, static_cast<id_t>(descriptor()), &info, WEXITED | options);
    } while (result != 0 && errno == EINTR);
    return result != 0 ? -1 : info.si_pid != 0;
}

std::string signal_name(int number) {
    const char* name = ::sigabbrev_np(number);
    return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(number);
}

}  // namespace outboard::ipc
