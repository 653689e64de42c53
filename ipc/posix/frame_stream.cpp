#include "ipc/posix/frame_stream.h"

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

Received FrameReader::read(int descriptor, std::span<std::byte> buffer) noexcept {
    const bool between_messages = header_have_ == 0;
    Status status = fill(descriptor, header_, header_have_);
    if (status != Status::ok) {
        const bool torn = status == Status::closed && !(between_messages && header_have_ == 0);
        return {torn ? Status::peer_died : status, 0};
    }
    FrameHeader header;
    std::memcpy(&header, header_.data(), sizeof header);
    if (header.magic != FrameHeader::expected_magic || header.zero != 0 || header.length > payload_.size()) {
        return {Status::corrupt, 0};
    }
    if (header.length > buffer.size()) {
        return {Status::too_large, 0};
    }
    status = fill(descriptor, std::span(payload_).first(header.length), payload_have_);
    if (status != Status::ok) {
        return {status == Status::closed ? Status::peer_died : status, 0};
    }
    if (header.length > 0) {
        std::memcpy(buffer.data(), payload_.data(), header.length);
    }
    header_have_ = 0;
    payload_have_ = 0;
    return {Status::ok, header.length};
}

Status FrameReader::fill(int descriptor, std::span<std::byte> into, std::size_t& have) noexcept {
    while (have < into.size()) {
        const ssize_t got =
            without_interruption([&] { return ::read(descriptor, into.data() + have, into.size() - have); });
        if (got < 0) {
            return errno == EAGAIN || errno == EWOULDBLOCK ? Status::timed_out : Status::corrupt;
        }
        if (got == 0) {
            return Status::closed;
        }
        have += static_cast<std::size_t>(got);
    }
    return Status::ok;
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
