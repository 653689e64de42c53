// Contestant: a Unix socket pair that keeps messages apart (SOCK_SEQPACKET).
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "hop/all.h"
#include "hop/system_calls.h"
#include "ipc/clock.h"

namespace outboard::bench {
namespace {

class SocketEnd final : public End {
public:
    explicit SocketEnd(ipc::Descriptor socket) : socket_(std::move(socket)) {}
    void send(std::span<const std::byte> message) override {
        checked(::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL), "Unix socket: send");
    }
    bool take(std::span<std::byte> message, std::int64_t deadline_ns) override {
        if (deadline_ns != 0 && deadline_ns != ipc::no_deadline && !readable(socket_.get(), deadline_ns)) {
            return false;
        }
        for (;;) {
            const int flags = deadline_ns == ipc::no_deadline ? 0 : MSG_DONTWAIT;
            const ssize_t size = ::recv(socket_.get(), message.data(), message.size(), flags);
            if (size == static_cast<ssize_t>(message.size())) {
                return true;
            }
            if (size >= 0) {
                throw std::runtime_error("Unix socket: the other side is gone");
            }
            if (errno == EAGAIN) {
                return false;
            }
            if (errno != EINTR) {
                fail("Unix socket: recv");
            }
        }
    }

private:
    ipc::Descriptor socket_;
};

}  // namespace

HostHalf unix_socket_host(const Format&) {
    std::array<int, 2> ends{};
    checked(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
    HostHalf half{std::make_unique<SocketEnd>(ipc::Descriptor(ends[0])), {}};
    half.child.descriptors.emplace_back(ends[1]);
    return half;
}

std::unique_ptr<End> unix_socket_child(const Format&, const std::string&) {
    return std::make_unique<SocketEnd>(ipc::Descriptor(first_own_descriptor));
}

}  // namespace outboard::bench
