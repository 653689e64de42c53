// Contestants: the two transports of ipc/, as they are.
#include <stdexcept>

#include "hop/all.h"
#include "ipc/shared_memory_pipe.h"
#include "ipc/system_pipe.h"

namespace outboard::bench {
namespace {

class PipeEnd final : public End {
public:
    explicit PipeEnd(std::unique_ptr<ipc::Pipe> pipe) : pipe_(std::move(pipe)) {}
    void send(std::span<const std::byte> message) override {
        if (const ipc::Status status = pipe_->send(message); status != ipc::Status::ok) {
            throw std::runtime_error(std::string("send: ") + ipc::to_string(status));
        }
    }
    bool take(std::span<std::byte> message, std::int64_t deadline_ns) override {
        const ipc::Received received = pipe_->receive(message, deadline_ns);
        if (received.status != ipc::Status::ok && received.status != ipc::Status::timed_out) {
            throw std::runtime_error(std::string("receive: ") + ipc::to_string(received.status));
        }
        return received.status == ipc::Status::ok;
    }
    void tick(std::int64_t due_ns) override { pipe_->tick(due_ns); }
    [[nodiscard]] std::uint64_t met_polling() const override { return pipe_->prewake_figures().met_polling; }

private:
    std::unique_ptr<ipc::Pipe> pipe_;
};

template <typename Pair>
HostHalf host_half(Pair pair) {
    HostHalf half{std::make_unique<PipeEnd>(std::move(pair.host)), {}};
    for (ipc::Descriptor& descriptor : pair.child) {
        half.child.descriptors.push_back(std::move(descriptor));
    }
    return half;
}

ipc::Descriptor inherited(int index) {
    return ipc::Descriptor(first_own_descriptor + index);
}

}  // namespace

HostHalf shared_memory_pipe_host(const Format& format) {
    auto pair = ipc::SharedMemoryPipe::create();
    if (format.prewake) {
        pair.host->set_spin(format.spin_ns);
    }
    return host_half(std::move(pair));
}

std::unique_ptr<End> shared_memory_pipe_child(const Format& format, const std::string&) {
    auto pipe = ipc::SharedMemoryPipe::open(inherited(0), inherited(1));
    if (format.prewake) {
        pipe->prewake({}, {});
    }
    return std::make_unique<PipeEnd>(std::move(pipe));
}

HostHalf system_pipe_host(const Format&) {
    return host_half(ipc::SystemPipe::create());
}

std::unique_ptr<End> system_pipe_child(const Format&, const std::string&) {
    return std::make_unique<PipeEnd>(ipc::SystemPipe::open(inherited(0), inherited(1)));
}

}  // namespace outboard::bench
