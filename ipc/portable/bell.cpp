#include "ipc/bell.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/socket.h>

#include "ipc/clock.h"
#include "ipc/portable/poll_until.h"
#include "ipc/portable/quiet_send.h"
#include "ipc/realtime.h"

namespace outboard::ipc {

namespace {

constexpr std::int64_t nap_ns = 5'000'000;

void prepare(const Descriptor& end) {
    // Enough for some bytes; a bell that is full has rung.
    const int bytes = 2048;
    ::setsockopt(end.get(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    prepare_quiet_send(end);
    if (::fcntl(end.get(), F_SETFD, FD_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot prepare the bell of a child");
    }
}

/// Takes what rang. Whether there is still somebody who could ring.
bool hear(Handle listener) noexcept {
    std::array<char, 256> bytes;
    ssize_t got = 0;
    do {
        got = ::recv(listener, bytes.data(), bytes.size(), MSG_DONTWAIT);
    } while (got == static_cast<ssize_t>(bytes.size()));
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

}  // namespace

// A pair of Unix sockets per direction. Rejected: sem_t, because macOS has no sem_timedwait and no unnamed semaphore
// that two processes share; a pipe, because hang_up() would need its writing end here as well, on which the peer, by
// fcntl on the open file that both then share, could make our write block. A socket is shut down from its own end, and
// its end is nobody else's.
Bell Bell::create() {
    int numbers[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, numbers) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot create the bell of a child");
    }
    Bell bell{Descriptor(numbers[0]), Descriptor(numbers[1])};
    prepare(bell.ringer);
    prepare(bell.listener);
    return bell;
}

void ring(Handle ringer) noexcept {
    quiet_send(ringer);  // what fails here has rung already (full) or has nobody to hear it (closed)
}

void listen(Handle listener, std::int64_t deadline_ns) noexcept {
    pollfd entry{listener, POLLIN, 0};
    if (poll_until(std::span(&entry, 1), deadline_ns) <= 0) {
        return;
    }
    const AllowedSystemCall allowed;
    if (!hear(listener)) {
        // Shut down, here or by a peer that ended: it is readable for good, and nobody rings any more. What is left is
        // the deadline, and not to burn the processor until then.
        const std::int64_t nap_end = now_ns() + nap_ns;
        poll_until({}, nap_end < deadline_ns ? nap_end : deadline_ns);
    }
}

void hang_up(Handle listener) noexcept {
    ::shutdown(listener, SHUT_RD);
}

}  // namespace outboard::ipc
