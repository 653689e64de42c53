#include "scripting/child/slow_lane.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "ipc/clock.h"

namespace outboard::scripting::child {
namespace {

constexpr std::size_t max_queued = 1000;
constexpr std::size_t max_line = 64 * 1024;

}  // namespace

SlowLane::SlowLane(std::unique_ptr<ipc::SystemPipe> pipe) : pipe_(std::move(pipe)), thread_([this] { run(); }) {}

SlowLane::~SlowLane() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    news_.notify_all();
    thread_.join();
}

bool SlowLane::receive(ipc::Opcode wanted, std::string& text) {
    std::vector<std::byte> buffer(ipc::max_slow_text + sizeof(ipc::SlowHead));
    const ipc::Received received = pipe_->receive(buffer, ipc::no_deadline);
    ipc::Opcode opcode{};
    return received.status == ipc::Status::ok && ipc::read_slow(std::span(buffer).first(received.size), opcode, text) &&
           opcode == wanted;
}

void SlowLane::send(ipc::Opcode opcode, std::string text) {
    {
        std::unique_lock lock(mutex_);
        if (queue_.size() >= max_queued && opcode == ipc::Opcode::message) {
            if (!keep_everything_) {
                ++dropped_;
                return;
            }
            room_.wait(lock, [this] { return queue_.size() < max_queued || stopping_; });
        }
        queue_.emplace_back(opcode, std::move(text));
    }
    news_.notify_one();
}

void SlowLane::write(int level, const std::string& text, const std::string& file, int line, std::int64_t time) {
    const nlohmann::json message = {
        {"level", level}, {"text", text.substr(0, max_line)}, {"file", file}, {"line", line}, {"time", time}};
    send(ipc::Opcode::message, message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void SlowLane::run() {
    for (;;) {
        std::pair<ipc::Opcode, std::string> next;
        std::uint64_t dropped = 0;
        {
            std::unique_lock lock(mutex_);
            news_.wait(lock, [this] { return !queue_.empty() || stopping_; });
            if (queue_.empty()) {
                return;
            }
            next = std::move(queue_.front());
            queue_.pop_front();
            std::swap(dropped, dropped_);
        }
        room_.notify_all();
        if (dropped > 0) {
            constexpr int warning = 3;
            write(warning,
                  std::to_string(dropped) + " lines were dropped: the script prints faster than anybody can read.", "",
                  0, 0);
        }
        pipe_->send_until(ipc::write_slow(next.first, next.second), ipc::no_deadline);
    }
}

}  // namespace outboard::scripting::child
