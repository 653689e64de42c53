#include "scripting/scheduling.h"

#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "scripting/linux/read_proc.h"

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

/// What sched_getattr(2) and sched_setattr(2) take, in its first version; the C library has no calls for them.
struct Attributes {
    std::uint32_t size;
    std::uint32_t policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime_ns;  ///< for SCHED_OTHER: the slice
    std::uint64_t deadline_ns;
    std::uint64_t period_ns;
};
static_assert(sizeof(Attributes) == 48, "SCHED_ATTR_SIZE_VER0");

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

bool set_normal_priority(std::int64_t id) noexcept {
    const sched_param parameter{};
    // With the flag: who has no privilege may not take it back, and would be refused this, too.
    return ::sched_setscheduler(static_cast<pid_t>(id), SCHED_OTHER | SCHED_RESET_ON_FORK, &parameter) == 0;
}

void set_short_turns(std::int64_t id, std::int64_t turn_ns) noexcept {
    Attributes attributes{};
    if (::syscall(SYS_sched_getattr, id, &attributes, sizeof attributes, 0) != 0 || attributes.policy != SCHED_OTHER) {
        return;
    }
    attributes.size = sizeof attributes;
    attributes.runtime_ns = static_cast<std::uint64_t>(turn_ns);  // all else, nice among it, stays as it is
    ::syscall(SYS_sched_setattr, id, &attributes, 0);
}

std::int64_t used_core_ns(std::int64_t id) noexcept {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(static_cast<pid_t>(id), &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
        return 0;
    }
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

CoreUse core_use(std::int64_t id) noexcept {
    constexpr int core_field = 39, first_field = 3;  // of proc(5): stat counts from 1, and the name may hold spaces
    constexpr const char* pushed_key = "\nnonvoluntary_ctxt_switches:";
    CoreUse use;
    std::array<char, 4096> text{};
    if (read_proc(id, "status", text)) {
        if (const char* found = std::strstr(text.data(), pushed_key)) {
            use.pushed_aside = std::strtoull(found + std::strlen(pushed_key), nullptr, 10);
        }
    }
    if (read_proc(id, "stat", text)) {
        const char* at = std::strrchr(text.data(), ')');
        for (int field = first_field; at != nullptr && field <= core_field; ++field) {
            at = std::strchr(at + 1, ' ');
        }
        if (at != nullptr) {
            use.core = static_cast<int>(std::strtol(at, nullptr, 10));
        }
    }
    return use;
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
