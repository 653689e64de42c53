#include "hop/placement.h"

#include <sched.h>
#include <unistd.h>

#include <ctime>
#include <thread>

#include "hop/system_calls.h"

namespace outboard::bench {
namespace {

/// As it was when the program began.
const cpu_set_t& all_cores() {
    static const cpu_set_t all = [] {
        cpu_set_t set;
        CPU_ZERO(&set);
        ::sched_getaffinity(0, sizeof set, &set);
        return set;
    }();
    return all;
}

std::int64_t read_clock(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

int cores() {
    return CPU_COUNT(&all_cores());
}

void place(int core, int priority) {
    cpu_set_t set = all_cores();
    if (core >= 0) {
        CPU_ZERO(&set);
        CPU_SET(static_cast<unsigned>(core), &set);
    }
    checked(::sched_setaffinity(0, sizeof set, &set), "cannot choose a core");
    const sched_param parameter{priority};
    checked(::sched_setscheduler(0, priority > 0 ? SCHED_FIFO : SCHED_OTHER, &parameter),
            "cannot set the scheduling of a thread");
}

bool fifo_granted() {
    bool granted = false;
    std::thread([&granted] {
        const sched_param parameter{host_priority};
        granted = ::sched_setscheduler(0, SCHED_FIFO, &parameter) == 0;
    }).join();
    return granted;
}

std::int64_t thread_cpu_ns() {
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

std::int64_t process_cpu_ns(std::int64_t pid) {
    clockid_t clock{};
    if (::clock_getcpuclockid(static_cast<pid_t>(pid), &clock) != 0) {
        return 0;
    }
    return read_clock(clock);
}

}  // namespace outboard::bench
