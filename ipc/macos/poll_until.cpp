#include "ipc/portable/poll_until.h"

#include <algorithm>
#include <ctime>

#include <sys/select.h>

#include "ipc/clock.h"
#include "ipc/realtime.h"

namespace outboard::ipc {

namespace {

/// Whole milliseconds, for descriptors that no fd_set has room for: late by up to one of them, never early.
int coarse(std::span<pollfd> entries, std::int64_t left_ns) noexcept {
    const std::int64_t ms = (left_ns + 999'999) / 1'000'000;
    return ::poll(entries.data(), static_cast<nfds_t>(entries.size()),
                  static_cast<int>(std::min<std::int64_t>(ms, 1'000'000)));
}

}  // namespace

// poll counts in milliseconds, kevent needs a queue per wait: pselect takes nanoseconds.
int poll_until(std::span<pollfd> entries, std::int64_t deadline_ns) noexcept {
    const std::int64_t left_ns = deadline_ns == no_deadline ? 0 : std::max<std::int64_t>(0, deadline_ns - now_ns());
    fd_set readable;
    fd_set writable;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    int largest = -1;
    const AllowedSystemCall allowed;
    for (pollfd& entry : entries) {
        entry.revents = 0;
        if (entry.fd >= FD_SETSIZE) {
            return deadline_ns == no_deadline ? ::poll(entries.data(), static_cast<nfds_t>(entries.size()), -1)
                                              : coarse(entries, left_ns);
        }
        if (entry.fd >= 0) {
            FD_SET(entry.fd, (entry.events & POLLOUT) != 0 ? &writable : &readable);
            largest = std::max(largest, entry.fd);
        }
    }
    timespec left{};
    left.tv_sec = static_cast<time_t>(left_ns / 1'000'000'000);
    left.tv_nsec = static_cast<long>(left_ns % 1'000'000'000);
    const int ready =
        ::pselect(largest + 1, &readable, &writable, nullptr, deadline_ns == no_deadline ? nullptr : &left, nullptr);
    for (pollfd& entry : entries) {
        if (ready > 0 && entry.fd >= 0 && FD_ISSET(entry.fd, (entry.events & POLLOUT) != 0 ? &writable : &readable)) {
            entry.revents = entry.events;
        }
    }
    return ready;
}

}  // namespace outboard::ipc
