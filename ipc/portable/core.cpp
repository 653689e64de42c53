#include "ipc/core.h"

namespace outboard::ipc {

int this_core() noexcept {
    return -1;
}

}  // namespace outboard::ipc
