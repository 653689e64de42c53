// Contestant: ZeroMQ, a PAIR of sockets over ipc://. Its I/O threads run on the core of the thread that makes the
// context and, where that has real-time priority, one above it: else a thread that polls would keep its own messages
// away.
#include <sched.h>
#include <unistd.h>
#include <zmq.h>

#include <cerrno>
#include <stdexcept>

#include "hop/all.h"
#include "hop/system_calls.h"
#include "ipc/clock.h"

namespace outboard::bench {
namespace {

[[noreturn]] void zmq_failed(const char* what) {
    throw std::runtime_error(std::string(what) + ": " + ::zmq_strerror(::zmq_errno()));
}

void* new_context() {
    void* const context = ::zmq_ctx_new();
    sched_param parameter{};
    ::sched_getparam(0, &parameter);
    if (::sched_getscheduler(0) == SCHED_FIFO) {
        ::zmq_ctx_set(context, ZMQ_THREAD_SCHED_POLICY, SCHED_FIFO);
        ::zmq_ctx_set(context, ZMQ_THREAD_PRIORITY, parameter.sched_priority + 1);
    }
    return context;
}

class ZmqEnd final : public End {
public:
    ZmqEnd() : context_(new_context()), socket_(::zmq_socket(context_, ZMQ_PAIR)) {
        const int linger = 0;
        ::zmq_setsockopt(socket_, ZMQ_LINGER, &linger, sizeof linger);
        std::size_t size = sizeof descriptor_;
        if (::zmq_getsockopt(socket_, ZMQ_FD, &descriptor_, &size) != 0) {
            zmq_failed("ZeroMQ");
        }
    }
    ~ZmqEnd() override {
        ::zmq_close(socket_);
        ::zmq_ctx_term(context_);
    }
    ZmqEnd(const ZmqEnd&) = delete;
    ZmqEnd& operator=(const ZmqEnd&) = delete;

    std::string bind() {
        // An abstract address: no file stays behind.
        static int count = 0;
        const std::string address =
            "ipc://@outboard-bench-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
        if (::zmq_bind(socket_, address.c_str()) != 0) {
            zmq_failed("zmq_bind");
        }
        return address;
    }
    void connect(const std::string& address) {
        if (::zmq_connect(socket_, address.c_str()) != 0) {
            zmq_failed("zmq_connect");
        }
    }

    void send(std::span<const std::byte> message) override {
        if (::zmq_send(socket_, message.data(), message.size(), 0) < 0) {
            zmq_failed("zmq_send");
        }
    }
    bool take(std::span<std::byte> message, std::int64_t deadline_ns) override {
        for (;;) {
            const int flags = deadline_ns == ipc::no_deadline ? 0 : ZMQ_DONTWAIT;
            const int size = ::zmq_recv(socket_, message.data(), message.size(), flags);
            if (size == static_cast<int>(message.size())) {
                return true;
            }
            if (size >= 0) {
                throw std::runtime_error("ZeroMQ: a message of another size");
            }
            if (::zmq_errno() == EINTR) {
                continue;
            }
            if (::zmq_errno() != EAGAIN) {
                zmq_failed("zmq_recv");
            }
            // zmq_poll counts in milliseconds; the descriptor behind it can be waited for more finely.
            if (deadline_ns == 0 || !readable(descriptor_, deadline_ns)) {
                return false;
            }
        }
    }

private:
    void* context_;
    void* socket_;
    int descriptor_ = -1;
};

}  // namespace

HostHalf zmq_ipc_host(const Format&) {
    auto end = std::make_unique<ZmqEnd>();
    Invitation child;
    child.address = end->bind();
    return {std::move(end), std::move(child)};
}

std::unique_ptr<End> zmq_ipc_child(const Format&, const std::string& address) {
    auto end = std::make_unique<ZmqEnd>();
    end->connect(address);
    return end;
}

}  // namespace outboard::bench
