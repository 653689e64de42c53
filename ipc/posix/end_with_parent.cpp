#include "ipc/process.h"

#include <cerrno>
#include <csignal>
#include <system_error>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace outboard::ipc {

namespace {

constexpr std::size_t stack_bytes = 64 * 1024;  // locked memory is dear in a child

void* wait_for_end(void* argument) {
    const int lifeline = static_cast<int>(reinterpret_cast<std::intptr_t>(argument));
    char byte = 0;
    for (;;) {
        const ssize_t got = ::read(lifeline, &byte, 1);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            ::_exit(0);  // no destructors: other threads may be in the middle of anything
        }
    }
}

}  // namespace

void end_with_parent(Handle lifeline) {
    const int flags = ::fcntl(lifeline, F_GETFL);
    if (flags < 0 || ::fcntl(lifeline, F_SETFL, flags & ~O_NONBLOCK) != 0) {
        throw std::system_error(errno, std::generic_category(), "the lifeline to the parent is no open descriptor");
    }
    ::fcntl(lifeline, F_SETFD, FD_CLOEXEC);

    // Signals of the child are for its other threads; the new thread inherits this mask.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread{};
    const int error = pthread_create(&thread, &attributes, wait_for_end,
                                     reinterpret_cast<void*>(static_cast<std::intptr_t>(lifeline)));
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (error != 0) {
        throw std::system_error(error, std::generic_category(), "cannot start the thread that watches the parent");
    }
}

}  // namespace outboard::ipc
