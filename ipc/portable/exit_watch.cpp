#include "ipc/posix/exit_watch.h"

#include <cerrno>
#include <csignal>
#include <thread>

#include "ipc/descriptor.h"
#include "ipc/posix/pipe_calls.h"

namespace outboard::ipc {

// Where nothing tells a child's end by a descriptor, a thread waits for it and closes its end of a pipe. It does not
// reap: until poll() does, the child's number belongs to nobody else.
struct ExitWatch::State {
    pid_t child;
    std::array<Descriptor, 2> ended = make_plain_pipe();
    std::thread waiter{};
};

ExitWatch::ExitWatch(pid_t child) : state_(new State{.child = child}) {
    // Signals of the program are for its other threads; the new thread inherits this mask.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        state_->waiter = std::thread([this] {
            siginfo_t info;
            look(WNOWAIT, info);
            state_->ended[1].reset();
        });
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

ExitWatch::~ExitWatch() {
    state_->waiter.join();
}

int ExitWatch::descriptor() const noexcept {
    return state_->ended[0].get();
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
