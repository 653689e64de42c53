// On which processor core a thread runs: two that share one cannot poll for each other.
#pragma once

namespace outboard::ipc {

/// The core that this thread runs on at this moment; -1 where the system does not say. [rt] [control] [child] Never a
/// system call on Linux x86-64 and arm64 (rseq, vDSO).
[[nodiscard]] int this_core() noexcept;

}  // namespace outboard::ipc
