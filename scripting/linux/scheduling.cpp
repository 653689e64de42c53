#include "scripting/scheduling.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>

namespace outboard::scripting {

namespace {

/// What this process was allowed when it started: what "anywhere" means.
const cpu_set_t& allowed_cores() noexcept {
    static const cpu_set_t cores = [] {
        cpu_set_t set;
        CPU_ZERO(&set);
        ::sched_getaffinity(::getpid(), sizeof set, &set);
        return set;
    }();
    return cores;
}

void set_cores(std::int64_t id, const cpu_set_t& cores) noexcept {
    if (CPU_COUNT(&cores) > 0) {
        ::sched_setaffinity(static_cast<pid_t>(id), sizeof cores, &cores);
    }
}

}  // namespace

bool CallbackThread::realtime() const noexcept {
    return (policy == SCHED_FIFO || policy == SCHED_RR) && priority > 1;
}

CallbackThread this_thread() noexcept {
    CallbackThread thread;
    sched_param parameters{};
    ::sched_getparam(0, &parameters);
    thread.policy = std::max(::sched_getscheduler(0), 0) & ~SCHED_RESET_ON_FORK;
    thread.priority = parameters.sched_priority;
    thread.id = static_cast<int>(::gettid());
    thread.core = ::sched_getcpu();
    return thread;
}

bool set_realtime_priority(std::int64_t id, int policy, int priority) noexcept {
    sched_param parameter{};
    parameter.sched_priority = priority;
    return ::sched_setscheduler(static_cast<pid_t>(id), policy | SCHED_RESET_ON_FORK, &parameter) == 0;
}

void set_normal_priority(std::int64_t id) noexcept {
    const sched_param parameter{};
    ::sched_setscheduler(static_cast<pid_t>(id), SCHED_OTHER, &parameter);
}

int usable_cores() noexcept {
    return std::max(CPU_COUNT(&allowed_cores()), 1);
}

void keep_on_core(std::int64_t id, int core) noexcept {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    set_cores(id, cores);
}

void keep_off_core(std::int64_t id, int core) noexcept {
    cpu_set_t cores = allowed_cores();
    CPU_CLR(core, &cores);
    set_cores(id, cores);
}

void let_run_anywhere(std::int64_t id) noexcept {
    set_cores(id, allowed_cores());
}

}  // namespace outboard::scripting
