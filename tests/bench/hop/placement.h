// Where a thread runs and how urgently.
#pragma once

#include <cstdint>

namespace outboard::bench {

/// Where the host is a thread of our own; a child is always one below its host.
inline constexpr int host_priority = 80;

/// Cores that this process may use.
[[nodiscard]] int cores();

/// The calling thread: on `core` only (-1: on any), with SCHED_FIFO at `priority` (0: SCHED_OTHER). Throws
/// std::runtime_error with a sentence.
void place(int core, int priority);

/// Whether this process may use SCHED_FIFO.
[[nodiscard]] bool fifo_granted();

/// Processor time used so far, ns: by this thread, by a process with all its threads.
[[nodiscard]] std::int64_t thread_cpu_ns();
[[nodiscard]] std::int64_t process_cpu_ns(std::int64_t pid);

}  // namespace outboard::bench
