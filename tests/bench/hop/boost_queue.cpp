// Contestant: two message_queues of Boost.Interprocess.
#include <unistd.h>

#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/interprocess/ipc/message_queue.hpp>
#include <optional>
#include <stdexcept>

#include "hop/all.h"
#include "ipc/clock.h"

namespace outboard::bench {
namespace {

using boost::interprocess::message_queue;
namespace posix_time = boost::posix_time;

/// Takes the name away again; who has the queue open keeps it.
class QueueName {
public:
    explicit QueueName(std::string name) : name_(std::move(name)) {}
    QueueName(QueueName&& other) noexcept : name_(std::exchange(other.name_, {})) {}
    QueueName(const QueueName&) = delete;
    QueueName& operator=(const QueueName&) = delete;
    QueueName& operator=(QueueName&&) = delete;
    ~QueueName() {
        if (!name_.empty()) {
            message_queue::remove(name_.c_str());
        }
    }

private:
    std::string name_;
};

class BoostEnd final : public End {
public:
    BoostEnd(std::unique_ptr<message_queue> in, std::unique_ptr<message_queue> out, std::vector<QueueName> names = {})
        : names_(std::move(names)), in_(std::move(in)), out_(std::move(out)) {}
    void send(std::span<const std::byte> message) override { out_->send(message.data(), message.size(), 0); }
    bool take(std::span<std::byte> message, std::int64_t deadline_ns) override {
        message_queue::size_type size = 0;
        unsigned priority = 0;
        bool taken = true;
        if (deadline_ns == ipc::no_deadline) {
            in_->receive(message.data(), message.size(), size, priority);
        } else if (deadline_ns == 0) {
            taken = in_->try_receive(message.data(), message.size(), size, priority);
        } else {
            const auto left = posix_time::microseconds((deadline_ns - ipc::now_ns()) / 1000);
            taken = in_->timed_receive(message.data(), message.size(), size, priority,
                                       posix_time::microsec_clock::universal_time() + left);
        }
        if (taken && size != message.size()) {
            throw std::runtime_error("Boost message_queue: a message of another size");
        }
        return taken;
    }

private:
    std::vector<QueueName> names_;
    std::unique_ptr<message_queue> in_, out_;
};

std::unique_ptr<message_queue> create(const std::string& name, const Format& format) {
    return std::make_unique<message_queue>(boost::interprocess::create_only, name.c_str(), 8, format.size);
}

std::unique_ptr<message_queue> open(const std::string& name) {
    return std::make_unique<message_queue>(boost::interprocess::open_only, name.c_str());
}

}  // namespace

HostHalf boost_queue_host(const Format& format) {
    static int count = 0;
    const std::string name = "outboard-bench-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
    std::vector<QueueName> names;
    names.emplace_back(name + "-in");
    names.emplace_back(name + "-out");
    HostHalf half{
        std::make_unique<BoostEnd>(create(name + "-in", format), create(name + "-out", format), std::move(names)), {}};
    half.child.address = name;
    return half;
}

std::unique_ptr<End> boost_queue_child(const Format&, const std::string& address) {
    return std::make_unique<BoostEnd>(open(address + "-out"), open(address + "-in"));
}

}  // namespace outboard::bench
