#include "ipc/core.h"

#include "ipc/windows/win32.h"

namespace outboard::ipc {

int this_core() noexcept {
    return static_cast<int>(::GetCurrentProcessorNumber());
}

}  // namespace outboard::ipc
