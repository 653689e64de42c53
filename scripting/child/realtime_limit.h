// What a child does about itself so that it never holds a core at real-time priority for long.
#pragma once

namespace outboard::scripting::child {

/// [child] First thread, before it gets real-time priority: after 100 ms of work without a pause at such a priority the
/// system says so (RLIMIT_RTTIME, SIGXCPU), and the thread goes back to normal priority by itself. It is the safety net
/// below the host's watchdog, which is quicker.
void give_up_priority_when_looping();

}  // namespace outboard::scripting::child
