// poll to an absolute deadline. Each system has its own: POSIX had no ppoll before its issue of 2024.
#pragma once

#include <cstdint>
#include <span>

#include <poll.h>

namespace outboard::ipc {

/// [rt] Waits until one of the entries is ready (> 0), a signal was handled (< 0) or the deadline (now_ns();
/// no_deadline: never) has come (0). Entries with a negative descriptor are skipped.
int poll_until(std::span<pollfd> entries, std::int64_t deadline_ns) noexcept;

}  // namespace outboard::ipc
