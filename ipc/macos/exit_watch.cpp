#include "ipc/posix/exit_watch.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/event.h>

#include "ipc/descriptor.h"

namespace outboard::ipc {

struct ExitWatch::State {
    pid_t child;
    Descriptor queue{::kqueue()};  // readable for poll() while an event is in it
};

ExitWatch::ExitWatch(pid_t child) : state_(new State{.child = child}) {
    struct kevent exit {};
    EV_SET(&exit, child, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, nullptr);
    if (!state_->queue || ::fcntl(state_->queue.get(), F_SETFD, FD_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category());
    }
    if (::kevent(state_->queue.get(), &exit, 1, nullptr, 0, nullptr) == 0) {
        return;
    }
    if (errno != ESRCH) {
        throw std::system_error(errno, std::generic_category());
    }
    // It has ended already: a user event stands for the notice that nobody will send any more.
    EV_SET(&exit, 0, EVFILT_USER, EV_ADD, 0, 0, nullptr);
    struct kevent trigger {};
    EV_SET(&trigger, 0, EVFILT_USER, 0, NOTE_TRIGGER, 0, nullptr);
    const struct kevent both[2] = {exit, trigger};
    if (::kevent(state_->queue.get(), both, 2, nullptr, 0, nullptr) != 0) {
        throw std::system_error(errno, std::generic_category());
    }
}

ExitWatch::~ExitWatch() = default;

int ExitWatch::descriptor() const noexcept {
    return state_->queue.get();
}

int ExitWatch::look(int options, siginfo_t& info) const noexcept {
    info = {};
    int result = 0;
    do {
        result = ::waitid(P_PID, static_cast<id_t>(state_->child), &info, WEXITED | options);
    } while (result != 0 && errno == EINTR);
    return result != 0 ? -1 : info.si_pid != 0;
}

}  // namespace outboard::ipc
