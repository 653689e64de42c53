// ExitWatch: notice of a child's end, before it is reaped. Each system has its own.
#pragma once

#include <memory>
#include <string>

#include <sys/types.h>
#include <sys/wait.h>

namespace outboard::ipc {

class ExitWatch {
public:
    /// [control] Of a child that was just started. Throws std::system_error.
    explicit ExitWatch(pid_t child);
    /// The child has to be reaped, or to end soon.
    ~ExitWatch();
    ExitWatch(const ExitWatch&) = delete;
    ExitWatch& operator=(const ExitWatch&) = delete;

    /// Readable once the child has ended.
    [[nodiscard]] int descriptor() const noexcept;

    /// waitid with these options and WEXITED: 1 when the child has ended, 0 when not, -1 when somebody else reaped it.
    int look(int options, siginfo_t& info) const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// "SIGSEGV", "signal 77".
std::string signal_name(int number);

}  // namespace outboard::ipc
