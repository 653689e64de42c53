// Contestant: Python's multiprocessing.Pipe, what a Python programmer would pick. The child is Python and uses a
// Connection as it is; the host's end is written here and speaks its format (four bytes of length, big end first, then
// the message, over a stream socket), because an audio callback is not Python. So the figures flatter it: two Pythons
// are slower.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "hop/all.h"
#include "hop/system_calls.h"
#include "ipc/clock.h"

namespace outboard::bench {
namespace {

class ConnectionEnd final : public End {
public:
    ConnectionEnd(const Format& format, ipc::Descriptor socket)
        : socket_(std::move(socket)), frame_(sizeof(std::uint32_t) + format.size) {
        const std::uint32_t size = htonl(static_cast<std::uint32_t>(format.size));
        std::memcpy(frame_.data(), &size, sizeof size);
    }
    void send(std::span<const std::byte> message) override {
        std::memcpy(frame_.data() + sizeof(std::uint32_t), message.data(), message.size());
        if (checked(::send(socket_.get(), frame_.data(), frame_.size(), MSG_NOSIGNAL), "Connection: send") !=
            static_cast<ssize_t>(frame_.size())) {
            throw std::runtime_error("Connection: the socket took a part of a message only");
        }
    }
    bool take(std::span<std::byte> message, std::int64_t deadline_ns) override {
        if (deadline_ns != 0 && deadline_ns != ipc::no_deadline && !readable(socket_.get(), deadline_ns)) {
            return false;
        }
        std::uint32_t size = 0;
        std::array<iovec, 2> parts{{{&size, sizeof size}, {message.data(), message.size()}}};
        const std::size_t whole = sizeof size + message.size();
        for (std::size_t have = 0; have < whole;) {
            msghdr header{};
            header.msg_iov = parts.data();
            header.msg_iovlen = parts.size();
            const bool only_look = have == 0 && deadline_ns != ipc::no_deadline;
            const ssize_t got = ::recvmsg(socket_.get(), &header, only_look ? MSG_DONTWAIT : 0);
            if (got == 0) {
                throw std::runtime_error("Connection: the Python child is gone");
            }
            if (got < 0 && errno == EAGAIN) {
                return false;
            }
            if (got < 0 && errno != EINTR) {
                fail("Connection: recvmsg");
            }
            if (got > 0) {
                have += static_cast<std::size_t>(got);
                skip(parts, static_cast<std::size_t>(got));
            }
        }
        return true;
    }

private:
    static void skip(std::span<iovec> parts, std::size_t bytes) {
        for (iovec& part : parts) {
            const std::size_t step = std::min(bytes, part.iov_len);
            part.iov_base = static_cast<char*>(part.iov_base) + step;
            part.iov_len -= step;
            bytes -= step;
        }
    }

    ipc::Descriptor socket_;
    std::vector<std::byte> frame_;
};

}  // namespace

HostHalf python_pipe_host(const Format& format) {
    std::array<int, 2> ends{};
    checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
    HostHalf half{std::make_unique<ConnectionEnd>(format, ipc::Descriptor(ends[0])), {}};
    half.child.descriptors.emplace_back(ends[1]);
    half.child.program = BENCH_PYTHON;
    half.child.arguments = {"-I", BENCH_PYTHON_CHILD, BENCH_AWAKE_LIBRARY};
    return half;
}

}  // namespace outboard::bench
