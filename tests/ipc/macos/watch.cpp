#include <sys/event.h>

#include "system.h"

namespace outboard::ipc::test {

Descriptor watch(std::int64_t pid) {
    Descriptor queue(::kqueue());
    struct kevent exit {};
    EV_SET(&exit, static_cast<uintptr_t>(pid), EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, nullptr);
    return ::kevent(queue.get(), &exit, 1, nullptr, 0, nullptr) == 0 ? std::move(queue) : Descriptor();
}

const bool os_pipe_counts_unread = false;

}  // namespace outboard::ipc::test
