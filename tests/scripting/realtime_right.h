// Whether the tests may have real-time priority here.
#pragma once

#include <thread>

#include <pthread.h>
#include <sched.h>

namespace outboard::scripting::testing {

inline bool may_be_realtime(int priority) {
    bool may = false;
    std::thread([&] {
        const sched_param parameters{priority};
        may = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0;
    }).join();
    return may;
}

}  // namespace outboard::scripting::testing
