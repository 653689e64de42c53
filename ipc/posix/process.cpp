#include "ipc/process.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <system_error>

#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/clock.h"
#include "ipc/posix/exit_watch.h"
#include "ipc/posix/spawn_settings.h"

namespace outboard::ipc {

namespace {

[[noreturn]] void fail(int error, const std::string& sentence) {
    throw std::system_error(error, std::generic_category(), sentence);
}

Exit exit_of(const siginfo_t& info) noexcept {
    return info.si_code == CLD_EXITED ? Exit{info.si_status, 0} : Exit{0, info.si_status};
}

}  // namespace

std::string Exit::describe() const {
    if (signal == 0) {
        return code < 0 ? "exit code unknown" : "exit code " + std::to_string(code);
    }
    return signal_name(signal);
}

struct Process::State {
    explicit State(pid_t pid) : number(pid), watch(pid) {}

    const pid_t number;
    const ExitWatch watch;
    std::optional<Exit> exit;

    /// What is left of the child's group goes with it. Only while the child is not reaped: until then its number,
    /// and so the group's, cannot belong to anybody else.
    void kill_group() const noexcept { ::kill(-number, SIGKILL); }

    std::optional<Exit> poll() noexcept {
        siginfo_t info;
        if (exit) {
            return exit;
        }
        const int seen = watch.look(WNOHANG | WNOWAIT, info);
        if (seen == 0) {
            return std::nullopt;
        }
        if (seen > 0) {
            kill_group();
        }
        exit = seen > 0 && watch.look(0, info) > 0 ? exit_of(info) : Exit{-1, 0};
        return exit;
    }

    std::optional<Exit> wait(std::chrono::milliseconds timeout) noexcept {
        const std::int64_t start = now_ns();
        const std::int64_t limit = std::clamp<std::int64_t>(timeout.count(), 0, INT64_MAX / 4'000'000);
        for (;;) {
            if (const auto seen = poll()) {
                return seen;
            }
            const std::int64_t left_ms = limit - (now_ns() - start) / 1'000'000;
            if (left_ms <= 0) {
                return std::nullopt;
            }
            pollfd entry{watch.descriptor(), POLLIN, 0};
            ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left_ms, INT_MAX)));
        }
    }

    Exit kill_and_wait() noexcept {
        if (!exit) {
            kill_group();
        }
        for (;;) {
            if (const auto seen = wait(std::chrono::hours(1))) {
                return *seen;
            }
        }
    }
};

Process Process::start(const Options& options) {
    SpawnSettings settings(options);
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, options.program.c_str(), settings.actions(), settings.attributes(),
                                    settings.argv(), settings.envp());
    if (error != 0) {
        fail(error, "cannot start the program '" + options.program + "'");
    }
    try {
        return Process(std::make_unique<State>(pid));
    } catch (const std::exception& why) {
        ::kill(-pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        const auto* with_reason = dynamic_cast<const std::system_error*>(&why);
        fail(with_reason != nullptr ? with_reason->code().value() : ENOMEM,
             "cannot watch the started program '" + options.program + "'");
    }
}

Process::Process(std::unique_ptr<State> state) : state_(std::move(state)) {}
Process::Process(Process&&) noexcept = default;

Process& Process::operator=(Process&& other) noexcept {
    if (this != &other) {
        Process old(std::move(*this));  // kills and reaps what was here
        state_ = std::move(other.state_);
    }
    return *this;
}

Process::~Process() {
    if (state_) {
        state_->kill_and_wait();
    }
}

std::int64_t Process::pid() const noexcept {
    return state_->number;
}

Handle Process::exit_descriptor() const noexcept {
    return state_->watch.descriptor();
}

std::optional<Exit> Process::poll() {
    return state_->poll();
}

std::optional<Exit> Process::wait(std::chrono::milliseconds timeout) {
    return state_->wait(timeout);
}

Exit Process::terminate(std::chrono::milliseconds grace) {
    if (const auto seen = state_->poll()) {
        return *seen;
    }
    ::kill(-state_->number, SIGTERM);
    if (const auto seen = state_->wait(grace)) {
        return *seen;
    }
    return state_->kill_and_wait();
}

void Process::kill() noexcept {
    if (!state_->exit) {
        state_->kill_group();
    }
}

}  // namespace outboard::ipc
