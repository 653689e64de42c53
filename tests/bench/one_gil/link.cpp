#include "scripting/link.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "interpreter_pipe.h"
#include "ipc/clock.h"

namespace outboard::scripting {

std::size_t lane_of(const std::string& transport) {
    const auto* const at = std::find(transports.begin(), transports.end(), transport);
    if (at == transports.end()) {
        throw std::runtime_error("Unknown transport '" + transport + "': use shm or pipe.");
    }
    return static_cast<std::size_t>(at - transports.begin());
}

Link::Link(const LinkOptions& the_options)
    : options(the_options), started_ns(ipc::now_ns()), news_(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!news_) {
        throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    watched.pid = -1;
    lane_ = lane_of(options.transport);
    one_gil::Loaded loaded = one_gil::load(options);
    pipe_ = std::move(loaded.pipe);
    handles = loaded.handles;
    failure_ = loaded.failure;
}

Link::~Link() {
    if (watchdog != nullptr) {
        watchdog->remove(watched);
    }
}

void Link::read_slow_lane(std::vector<Message>&) {
    std::uint64_t count = 0;
    if (::read(news_.get(), &count, sizeof count) < 0 || stage_ != Stage::starting) {
        return;
    }
    stage_ = failure_.empty() ? Stage::ready : Stage::refused;
    refusal.type = Message::Type::error;
    refusal.text = failure_;
    refusal.file = options.script;
}

void Link::mark_dead() noexcept {
    stage_ = stage_ == Stage::refused ? Stage::refused : Stage::ended;
    dead_.store(true, std::memory_order_release);
    pipe_->mark_dead();
}

std::int64_t Link::pid() const noexcept {
    return ::getpid();
}

}  // namespace outboard::scripting
