#include "ipc/core.h"

#include <sched.h>

namespace outboard::ipc {

int this_core() noexcept {
    return ::sched_getcpu();
}

}  // namespace outboard::ipc
