#include "ipc/pipe.h"

namespace outboard::ipc {

const char* to_string(Status status) noexcept {
    switch (status) {
        case Status::ok:
            return "ok";
        case Status::timed_out:
            return "timed out";
        case Status::full:
            return "full";
        case Status::too_large:
            return "too large";
        case Status::closed:
            return "closed";
        case Status::peer_died:
            return "peer died";
        case Status::corrupt:
            return "corrupt";
    }
    return "unknown status";
}

}  // namespace outboard::ipc
