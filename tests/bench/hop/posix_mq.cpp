// Contestant: two POSIX message queues. What is larger than the system's largest message (8 KiB where nobody raised
// it) travels in parts.
#include <fcntl.h>
#include <mqueue.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>

#include "hop/all.h"
#include "hop/system_calls.h"
#include "ipc/clock.h"

namespace outboard::bench {
namespace {

std::size_t largest_part() {
    std::size_t bytes = 8192;
    std::ifstream("/proc/sys/fs/mqueue/msgsize_max") >> bytes;
    return bytes;
}

/// On Linux a queue is a descriptor, so that a child inherits it and no name stays behind.
class QueueEnd final : public End {
public:
    QueueEnd(const Format& format, ipc::Descriptor in, ipc::Descriptor out)
        : part_(std::min(format.size, largest_part())), in_(std::move(in)), out_(std::move(out)) {}
    void send(std::span<const std::byte> message) override {
        while (!message.empty()) {
            const auto part = message.first(std::min(part_, message.size()));
            checked(::mq_send(out_.get(), reinterpret_cast<const char*>(part.data()), part.size(), 0), "mq_send");
            message = message.subspan(part.size());
        }
    }
    bool take(std::span<std::byte> message, std::int64_t deadline_ns) override {
        if (deadline_ns != 0 && deadline_ns != ipc::no_deadline && !readable(in_.get(), deadline_ns)) {
            return false;
        }
        for (bool first = true; !message.empty(); first = false) {
            if (!take_part(message, first && deadline_ns != ipc::no_deadline)) {
                return false;
            }
        }
        return true;
    }

private:
    bool take_part(std::span<std::byte>& message, bool only_look) {
        const timespec long_ago{};
        for (;;) {
            auto* bytes = reinterpret_cast<char*>(message.data());
            const ssize_t size = only_look ? ::mq_timedreceive(in_.get(), bytes, message.size(), nullptr, &long_ago)
                                           : ::mq_receive(in_.get(), bytes, message.size(), nullptr);
            if (size >= 0) {
                message = message.subspan(static_cast<std::size_t>(size));
                return true;
            }
            if (errno == ETIMEDOUT) {
                return false;
            }
            if (errno != EINTR) {
                fail("mq_receive");
            }
        }
    }

    std::size_t part_;
    ipc::Descriptor in_, out_;
};

ipc::Descriptor new_queue(const Format& format) {
    static int count = 0;
    const std::string name = "/outboard-bench-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
    mq_attr attributes{};
    attributes.mq_maxmsg = 8;
    attributes.mq_msgsize = static_cast<long>(std::min(format.size, largest_part()));
    const mqd_t queue = ::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attributes);
    if (queue < 0) {
        fail("mq_open");
    }
    ::mq_unlink(name.c_str());
    return ipc::Descriptor(queue);
}

ipc::Descriptor copy_of(const ipc::Descriptor& descriptor) {
    return ipc::Descriptor(static_cast<int>(checked(::dup(descriptor.get()), "dup")));
}

}  // namespace

HostHalf posix_mq_host(const Format& format) {
    ipc::Descriptor to_child = new_queue(format), to_host = new_queue(format);
    HostHalf half{std::make_unique<QueueEnd>(format, copy_of(to_host), copy_of(to_child)), {}};
    half.child.descriptors.push_back(std::move(to_child));
    half.child.descriptors.push_back(std::move(to_host));
    return half;
}

std::unique_ptr<End> posix_mq_child(const Format& format, const std::string&) {
    return std::make_unique<QueueEnd>(format, ipc::Descriptor(first_own_descriptor),
                                      ipc::Descriptor(first_own_descriptor + 1));
}

}  // namespace outboard::bench
