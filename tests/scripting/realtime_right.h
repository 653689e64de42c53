// Whether the tests may have real-time priority here, and tests without the right to it.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <thread>

#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace outboard::scripting::testing {

inline bool may_be_realtime(int priority) {
    bool may = false;
    std::thread([&] {
        const sched_param parameters{priority};
        may = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0;
    }).join();
    return may;
}

/// Switches this thread's right to set priorities; what it may switch on again stays.
inline void may_set_priorities(bool may) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> sets{};
    if (::syscall(SYS_capget, &header, sets.data()) != 0) {
        std::abort();
    }
    const std::uint32_t bit = 1U << CAP_SYS_NICE;
    sets[0].effective = may ? sets[0].effective | (sets[0].permitted & bit) : sets[0].effective & ~bit;
    if (::syscall(SYS_capset, &header, sets.data()) != 0) {
        std::abort();
    }
}

}  // namespace outboard::scripting::testing
