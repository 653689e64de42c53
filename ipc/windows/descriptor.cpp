#include "ipc/descriptor.h"

#include "ipc/windows/win32.h"

namespace outboard::ipc {

void Descriptor::reset() noexcept {
    if (number_ >= 0) {
        ::CloseHandle(native(number_));
    }
    number_ = no_handle;
}

}  // namespace outboard::ipc
