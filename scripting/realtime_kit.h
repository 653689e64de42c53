// RealtimeKit: the desktop's own way to real-time priority for users whom the limits of the system refuse it.
#pragma once

#include <cstdint>

namespace outboard::scripting {

/// [control] Asks RealtimeKit (D-Bus, org.freedesktop.RealtimeKit1) to put a thread of a process of this user under
/// SCHED_RR at `priority`. False when there is no such service or it says no. Blocks for half a second at most. The
/// process must limit its real-time work itself (RLIMIT_RTTIME of at most 200 ms): children do, see
/// child/realtime_limit.h.
bool ask_realtime_kit(std::int64_t process, std::int64_t thread, int priority) noexcept;

}  // namespace outboard::scripting
