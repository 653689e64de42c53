#include "scripting/child/realtime_limit.h"

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace outboard::scripting::child {

namespace {

constexpr rlim_t limit_us = 100'000;
constexpr rlim_t most_us = 200'000;  ///< then the system kills; RealtimeKit wants such a limit

void set_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_RTTIME, &limit);
    limit.rlim_max = std::min(most_us, limit.rlim_max);
    limit.rlim_cur = std::min(limit_us, limit.rlim_max);
    ::setrlimit(RLIMIT_RTTIME, &limit);
}

/// Only calls that a signal handler may make: system calls.
void go_normal(int) {
    const sched_param parameters{};
    // The process's number is its first thread's. Without the flag it would be refused: who has no privilege may not
    // take it back.
    ::sched_setscheduler(::getpid(), SCHED_OTHER | SCHED_RESET_ON_FORK, &parameters);
    set_limit();  // the system moved it up by a second, beyond the one at which it kills
}

}  // namespace

void give_up_priority_when_looping() {
    struct sigaction action {};
    action.sa_handler = go_normal;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGXCPU, &action, nullptr);
    set_limit();
}

}  // namespace outboard::scripting::child
