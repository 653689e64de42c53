#include "ipc/descriptor.h"

#include <unistd.h>

namespace outboard::ipc {

void Descriptor::reset() noexcept {
    // After an EINTR the state of the number is unspecified, and on Linux it is closed: never try twice.
    if (number_ >= 0) {
        ::close(number_);
    }
    number_ = -1;
}

}  // namespace outboard::ipc
