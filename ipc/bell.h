// Bell: what wakes a sleeping process where no futex word does. On Linux there is none: both ends are empty.
//
// It only ends a sleep; what there is to be heard stands in the words of semaphore.h. So ringing twice, late or for
// nothing does no harm, and a waiter that finds the bell gone still has its deadline.
#pragma once

#include <cstdint>

#include "ipc/descriptor.h"

namespace outboard::ipc {

struct Bell {
    Descriptor ringer;    ///< the poster's
    Descriptor listener;  ///< the waiter's
    /// [control] Throws std::system_error with a sentence.
    static Bell create();
};

// For bell/semaphore.cpp; each system has its own.

void ring(Handle ringer) noexcept;  ///< [rt] never blocks; one system call
/// [rt] Until somebody rang, the deadline (absolute, now_ns()) has come, a signal was handled, or hang_up().
void listen(Handle listener, std::int64_t deadline_ns) noexcept;
void hang_up(Handle listener) noexcept;  ///< [control] any thread: ends a listen() of this process

}  // namespace outboard::ipc
