#include "ipc/posix/frame_writer.h"

#include <cerrno>
#include <cstring>

#include <sys/uio.h>
#include <unistd.h>

#include "ipc/realtime.h"

namespace outboard::ipc {

namespace {

template <typename Call>
ssize_t without_interruption(Call call) noexcept {
    const AllowedSystemCall allowed;
    ssize_t result = call();
    while (result < 0 && errno == EINTR) {
        result = call();
    }
    return result;
}

/// What a failed write means: no room, or nobody there.
Status failed_write() noexcept {
    return errno == EAGAIN || errno == EWOULDBLOCK ? Status::full : Status::closed;
}

}  // namespace

Received read_now(Handle pipe, std::span<std::byte> into) noexcept {
    const ssize_t got = without_interruption([&] { return ::read(pipe, into.data(), into.size()); });
    if (got < 0) {
        return {errno == EAGAIN || errno == EWOULDBLOCK ? Status::timed_out : Status::corrupt, 0};
    }
    return {got == 0 ? Status::closed : Status::ok, static_cast<std::size_t>(got)};
}

Status FrameWriter::write(int descriptor, std::span<const std::byte> message) noexcept {
    if (const Status status = flush(descriptor); status != Status::ok) {
        return status;
    }
    FrameHeader header;
    header.length = static_cast<std::uint32_t>(message.size());
    const iovec parts[2] = {{&header, sizeof header},
                            {const_cast<std::byte*>(message.data()), message.size()}};  // writev only reads it
    const ssize_t written = without_interruption([&] { return ::writev(descriptor, parts, 2); });
    if (written < 0) {
        return failed_write();
    }
    auto done = static_cast<std::size_t>(written);
    std::size_t kept = 0;
    if (done < sizeof header) {
        kept = sizeof header - done;
        std::memcpy(rest_.data(), reinterpret_cast<const std::byte*>(&header) + done, kept);
        done = sizeof header;
    }
    const std::span<const std::byte> left = message.subspan(done - sizeof header);
    if (!left.empty()) {
        std::memcpy(rest_.data() + kept, left.data(), left.size());
    }
    rest_start_ = 0;
    rest_size_.store(kept + left.size(), std::memory_order_relaxed);
    return Status::ok;
}

Status FrameWriter::flush(int descriptor) noexcept {
    std::size_t size = rest();
    while (size > 0) {
        const ssize_t written =
            without_interruption([&] { return ::write(descriptor, rest_.data() + rest_start_, size); });
        if (written < 0) {
            return failed_write();
        }
        rest_start_ += static_cast<std::size_t>(written);
        size -= static_cast<std::size_t>(written);
        rest_size_.store(size, std::memory_order_relaxed);
    }
    return Status::ok;
}

}  // namespace outboard::ipc
