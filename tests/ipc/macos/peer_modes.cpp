#include "peer_modes.h"

namespace outboard::ipc::test {

Modes system_modes() {
    return posix_modes();
}

}  // namespace outboard::ipc::test
