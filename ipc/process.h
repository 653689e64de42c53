// Process: one child program, started with the descriptors it needs and no others.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ipc/descriptor.h"

namespace outboard::ipc {

/// How a child ended.
struct Exit {
    int code = 0;    ///< exit code, when signal is 0
    int signal = 0;  ///< number of the signal that ended it, else 0
    /// "exit code 3", "SIGSEGV".
    [[nodiscard]] std::string describe() const;
};

/// A started child. Destruction kills it and reaps it: no zombies.
class Process {
public:
    struct Options {
        std::string program{};                                           ///< path
        std::vector<std::string> arguments{};                            ///< without argv[0]
        std::vector<std::pair<std::string, std::string>> environment{};  ///< added to the parent's
        /// (descriptor here, number there): all that the child inherits beside 0, 1, 2. Numbers from 3 on.
        std::vector<std::pair<int, int>> descriptors{};
        /// Where the child's 1 and 2 go; -1: /dev/null. 0 is always /dev/null.
        int standard_output = -1;
        int standard_error = -1;
    };

    /// [control] Starts it (posix_spawn or the like, never fork in the host). Throws std::system_error with a sentence.
    static Process start(const Options& options);

    Process(Process&&) noexcept;
    Process& operator=(Process&&) noexcept;
    ~Process();

    [[nodiscard]] std::int64_t pid() const noexcept;
    /// Readable (poll) when the child has ended; -1 where the system has no such descriptor.
    [[nodiscard]] int exit_descriptor() const noexcept;
    /// [control] The exit if it has ended, else nothing. Reaps.
    std::optional<Exit> poll();
    /// [control] Waits for the end, at most `timeout`.
    std::optional<Exit> wait(std::chrono::milliseconds timeout);
    /// [control] Asks (SIGTERM), waits `grace`, then kills. Returns how it ended.
    Exit terminate(std::chrono::milliseconds grace);
    /// [control] SIGKILL, at once, to its whole process group.
    void kill() noexcept;

private:
    struct State;
    explicit Process(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// The child's half of "ends with its parent": the parent keeps the write end of a pipe open for as long as it
/// lives; a thread of the child waits for its end-of-file and leaves with _exit(0). (PDEATHSIG fires when the
/// spawning *thread* ends, so it is not used.) [child]
void end_with_parent(int lifeline_read_descriptor);

}  // namespace outboard::ipc
