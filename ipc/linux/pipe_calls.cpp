#include "ipc/posix/pipe_calls.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ipc/clock.h"
#include "ipc/realtime.h"

namespace outboard::ipc {

namespace {

constexpr int wanted_pipe_bytes = 1 << 20;
constexpr int default_pipe_bytes = 1 << 16;

[[noreturn]] void fail(const char* sentence) {
    throw std::system_error(errno, std::generic_category(), sentence);
}

}  // namespace

std::array<Descriptor, 2> make_pipe() {
    int numbers[2] = {-1, -1};
    if (::pipe2(numbers, O_CLOEXEC | O_NONBLOCK) != 0) {
        fail("cannot create a pipe to a child");
    }
    std::array<Descriptor, 2> ends{Descriptor(numbers[0]), Descriptor(numbers[1])};
    // The limit is /proc/sys/fs/pipe-max-size, and a quota per user: take what there is. Less only means that a
    // large message takes several turns.
    for (int size = wanted_pipe_bytes; size > default_pipe_bytes; size /= 2) {
        if (::fcntl(ends[1].get(), F_SETPIPE_SZ, size) >= 0) {
            break;
        }
    }
    return ends;
}

std::array<Descriptor, 2> make_plain_pipe() {
    int numbers[2] = {-1, -1};
    if (::pipe2(numbers, O_CLOEXEC) != 0) {
        fail("cannot create a pipe to a child");
    }
    return {Descriptor(numbers[0]), Descriptor(numbers[1])};
}

Event::Event() : read_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!read_) {
        fail("cannot create the event of a pipe");
    }
}

void Event::raise() noexcept {
    const std::uint64_t one = 1;
    const AllowedSystemCall allowed;
    // It can only fail when the count is full, and then the event is raised already.
    [[maybe_unused]] const ssize_t written = ::write(read_.get(), &one, sizeof one);
}

void Event::clear() noexcept {
    std::uint64_t count = 0;
    const AllowedSystemCall allowed;
    [[maybe_unused]] const ssize_t got = ::read(read_.get(), &count, sizeof count);
}

bool wait_for_any(const WaitFor& what, std::int64_t deadline_ns) noexcept {
    pollfd entries[4] = {{what.readable, POLLIN, 0},
                         {what.writable, POLLOUT, 0},
                         {what.event, POLLIN, 0},
                         {what.second_event, POLLIN, 0}};  // the kernel skips -1
    timespec left{};
    if (deadline_ns != no_deadline) {
        const std::int64_t ns = std::max<std::int64_t>(0, deadline_ns - now_ns());
        left.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
        left.tv_nsec = static_cast<long>(ns % 1'000'000'000);
    }
    const AllowedSystemCall allowed;
    const int ready = ::ppoll(entries, 4, deadline_ns == no_deadline ? nullptr : &left, nullptr);
    return ready > 0 && entries[3].revents != 0;
}

std::size_t unread_bytes(int descriptor) noexcept {
    int count = 0;
    const AllowedSystemCall allowed;
    return ::ioctl(descriptor, FIONREAD, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

}  // namespace outboard::ipc
