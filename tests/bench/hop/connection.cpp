#include "hop/connection.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <stdexcept>
#include <thread>

#include "hop/awake.h"
#include "hop/placement.h"
#include "hop/system_calls.h"
#include "ipc/clock.h"

namespace outboard::bench {
namespace {

constexpr std::int64_t start_limit_ns = 20'000'000'000;

ipc::Process start(const Contestant& contestant, const Format& format, const Invitation& invitation, int lifeline,
                   int control_page, int core, int priority) {
    ipc::Process::Options options;
    options.program = invitation.program.empty() ? BENCH_HOP_CHILD : invitation.program;
    options.arguments = invitation.arguments;
    for (const std::string& argument :
         {std::string(contestant.name), invitation.address, std::to_string(format.size),
          std::string(format.prewake ? "1" : "0"), std::to_string(core), std::to_string(priority)}) {
        options.arguments.push_back(argument);
    }
    options.descriptors = {{lifeline, lifeline_descriptor}, {control_page, control_page_descriptor}};
    for (std::size_t i = 0; i < invitation.descriptors.size(); ++i) {
        options.descriptors.emplace_back(invitation.descriptors[i].get(), first_own_descriptor + static_cast<int>(i));
    }
    options.standard_error = STDERR_FILENO;
    return ipc::Process::start(options);
}

}  // namespace

Connection::Lifeline::Lifeline() {
    int ends[2];
    checked(::pipe2(ends, O_CLOEXEC), "pipe");
    child = ipc::Descriptor(ends[0]);
    host = ipc::Descriptor(ends[1]);
}

Connection::Connection(const Contestant& contestant, const Format& format, int core, int priority)
    : page_file_(MappedControlPage::create()), page_(page_file_) {
    HostHalf half = contestant.open_host(format);
    const bool put_around = format.prewake && !contestant.own_prewake;
    end_ = put_around ? with_prewake(std::move(half.end), *page_, format.spin_ns) : std::move(half.end);
    process_ = std::make_unique<ipc::Process>(
        start(contestant, format, half.child, lifeline_.child.get(), page_file_.get(), core, priority));
    lifeline_.child.reset();
    const std::int64_t limit = ipc::now_ns() + start_limit_ns;
    while (page_->ready.load(std::memory_order_acquire) == 0) {
        if (const auto exit = process_->poll()) {
            throw std::runtime_error(std::string(contestant.name) + ": its child ended: " + exit->describe());
        }
        if (ipc::now_ns() > limit) {
            throw std::runtime_error(std::string(contestant.name) + ": its child did not begin within 20 s");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

std::int64_t Connection::cpu_ns() const {
    return process_cpu_ns(process_->pid());
}

void Connection::set_active(bool active) {
    page_->active.store(active ? 1 : 0, std::memory_order_release);
    if (active) {
        ::syscall(SYS_futex, &page_->active, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
    } else {
        end_->tick(0);
    }
}

}  // namespace outboard::bench
