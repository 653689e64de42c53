// Process: one child program, started with the descriptors it needs and no others.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ipc/descriptor.h"

namespace outboard::ipc {

/// How a child ended.
struct Exit {
    int code = 0;    ///< exit code, when signal is 0
    int signal = 0;  ///< number of the signal that ended it, else 0; on Windows the status of a crash or of a kill
    /// "exit code 3", "SIGSEGV"; on Windows "access violation", "killed".
    [[nodiscard]] std::string describe() const;
};

/// A started child. Destruction kills it and reaps it: no zombies.
class Process {
public:
    struct Options {
        std::string program{};                                           ///< path
        std::vector<std::string> arguments{};                            ///< without argv[0]
        std::vector<std::pair<std::string, std::string>> environment{};  ///< added to the parent's
        /// (descriptor here, number there): all that the child inherits beside 0, 1, 2. Numbers from 3 to 255. What has
        /// such a number there is what inherited() gives the child; on POSIX systems it is also the descriptor's own.
        std::vector<std::pair<Handle, int>> descriptors{};
        /// Where the child's 1 and 2 go; no_handle: /dev/null. 0 is always /dev/null.
        Handle standard_output = no_handle;
        Handle standard_error = no_handle;

        /// Adds these to `descriptors`, as `first`, first + 1, …
        void give(std::span<const Descriptor> handles, int first);
        void give(const Descriptor& handle, int number) { give(std::span(&handle, 1), number); }
    };

    /// [control] Starts it (posix_spawn or the like, never fork in the host). Throws std::system_error with a sentence.
    static Process start(const Options& options);

    Process(Process&&) noexcept;
    Process& operator=(Process&&) noexcept;
    ~Process();

    [[nodiscard]] std::int64_t pid() const noexcept;
    /// Readable (poll) when the child has ended; on Windows signalled then.
    [[nodiscard]] Handle exit_descriptor() const noexcept;
    /// [control] The exit if it has ended, else nothing. Reaps.
    std::optional<Exit> poll();
    /// [control] Waits for the end, at most `timeout`.
    std::optional<Exit> wait(std::chrono::milliseconds timeout);
    /// [control] Asks (SIGTERM; on Windows a child that called end_with_parent leaves then), waits `grace`, then kills.
    /// Returns how it ended.
    Exit terminate(std::chrono::milliseconds grace);
    /// [control] SIGKILL, at once, to its whole process group; on Windows the end of its job.
    void kill() noexcept;

private:
    struct State;
    explicit Process(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// What the parent gave this process as `number` (Process::Options::descriptors); programs that this one starts do not
/// inherit it. To be asked for once for each number. Throws std::system_error with a sentence if there is none. [child]
Descriptor inherited(int number);

/// The same for `first`, first + 1, …: all that an array like SharedMemoryPipe::ChildHandles has room for.
template <typename Handles>
Handles inherited_from(int first) {
    Handles handles;
    for (Descriptor& handle : handles) {
        handle = inherited(first++);
    }
    return handles;
}

/// What ties a child to its parent: a pipe to which nothing is ever written.
struct Lifeline {
    Descriptor parent;  ///< to be held as long as the child may live; the system closes it with the parent
    Descriptor child;   ///< to be given to the child, and closed here when the child is started
    /// [control] Throws std::system_error with a sentence.
    static Lifeline create();
};

/// The child's half of "ends with its parent": a thread of the child waits for the end-of-file of its lifeline and
/// leaves with _exit(0). The lifeline is taken over. (Linux's PDEATHSIG fires when the spawning *thread* ends, so it is
/// not used; on Windows the job ends the child, too, if it does not do so itself.) [child]
void end_with_parent(Handle lifeline);

}  // namespace outboard::ipc
