// Monotonic time in nanoseconds: the one clock that host and children share.
#pragma once

#include <cstdint>

namespace outboard::ipc {

/// Nanoseconds on the system's monotonic clock (CLOCK_MONOTONIC on Linux); the same in every process.
/// [rt] [control] [child] Never a system call on Linux x86-64 and arm64 (vDSO).
[[nodiscard]] std::int64_t now_ns() noexcept;

/// A deadline that never comes.
inline constexpr std::int64_t no_deadline = INT64_MAX;

}  // namespace outboard::ipc
