// The system calls below SystemPipe, where POSIX alone does not say it well enough: each OS has its own file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ipc/descriptor.h"

namespace outboard::ipc {

/// [control] An anonymous pipe, [0] to read and [1] to write, both non-blocking and closed in started programs,
/// with as much room as the system gives (1 MiB at most). Throws std::system_error.
std::array<Descriptor, 2> make_pipe();

/// [control] An anonymous pipe as the system makes them, closed in started programs. Throws std::system_error.
std::array<Descriptor, 2> make_plain_pipe();

/// [control] Makes a descriptor non-blocking and closed in started programs. Throws std::system_error.
void make_non_blocking(const Descriptor& descriptor);

/// A descriptor that is readable from raise() to clear().
class Event {
public:
    Event();                ///< [control] Throws std::system_error.
    void raise() noexcept;  ///< [rt] any thread
    void clear() noexcept;  ///< [rt]
    [[nodiscard]] int get() const noexcept { return read_.get(); }

private:
    Descriptor read_;
    Descriptor write_;  // empty where one descriptor does for both
};

/// [control] Without this a write to a pipe that nobody reads would end the process. Done once for the whole
/// process, and only where SIGPIPE still has its default action.
void ignore_broken_pipe_signal() noexcept;

/// What a wait looks at; -1: not this one.
struct WaitFor {
    int readable = -1;
    int writable = -1;
    int event = -1;
    int second_event = -1;
};

/// [rt] Waits until one of them is ready, a signal was handled or the absolute deadline has come. Whether the
/// second event is raised.
bool wait_for_any(const WaitFor& what, std::int64_t deadline_ns) noexcept;

/// [rt] Bytes in the pipe that nobody has read yet.
std::size_t unread_bytes(int descriptor) noexcept;

}  // namespace outboard::ipc
