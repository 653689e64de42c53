#include "ipc/posix/pipe_calls.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ipc/portable/poll_until.h"
#include "ipc/realtime.h"

namespace outboard::ipc {

std::array<Descriptor, 2> make_plain_pipe() {
    int numbers[2] = {-1, -1};
    if (::pipe(numbers) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot create a pipe to a child");
    }
    std::array<Descriptor, 2> ends{Descriptor(numbers[0]), Descriptor(numbers[1])};
    // Not in one step, as pipe2 would: a program that another library starts at this moment may inherit them. Ours
    // inherit nothing that is not named.
    for (const Descriptor& end : ends) {
        ::fcntl(end.get(), F_SETFD, FD_CLOEXEC);
    }
    return ends;
}

std::array<Descriptor, 2> make_pipe() {
    std::array<Descriptor, 2> ends = make_plain_pipe();
    for (const Descriptor& end : ends) {
        make_non_blocking(end);
    }
    return ends;
}

Event::Event() {
    std::array<Descriptor, 2> ends = make_pipe();
    read_ = std::move(ends[0]);
    write_ = std::move(ends[1]);
}

void Event::raise() noexcept {
    const AllowedSystemCall allowed;
    // It can only fail when the pipe is full, and then the event is raised already.
    [[maybe_unused]] const ssize_t written = ::write(write_.get(), "", 1);
}

void Event::clear() noexcept {
    char bytes[256];
    const AllowedSystemCall allowed;
    while (::read(read_.get(), bytes, sizeof bytes) == static_cast<ssize_t>(sizeof bytes)) {
    }
}

bool wait_for_any(const WaitFor& what, std::int64_t deadline_ns) noexcept {
    pollfd entries[4];
    std::size_t count = 0;
    for (const auto& [number, event] : {std::pair{what.readable, POLLIN}, std::pair{what.writable, POLLOUT},
                                        std::pair{what.event, POLLIN}, std::pair{what.second_event, POLLIN}}) {
        entries[count++] = {number, static_cast<short>(event), 0};
    }
    return poll_until(entries, deadline_ns) > 0 && entries[3].revents != 0;
}

std::size_t unread_bytes(int descriptor) noexcept {
    int count = 0;
    const AllowedSystemCall allowed;
    return ::ioctl(descriptor, FIONREAD, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

}  // namespace outboard::ipc
