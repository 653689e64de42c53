#include <cerrno>
#include <system_error>

#include <fcntl.h>

#include "ipc/posix/pipe_calls.h"
#include "ipc/process.h"

namespace outboard::ipc {

Descriptor inherited(int number) {
    if (::fcntl(number, F_SETFD, FD_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(),
                                "descriptor " + std::to_string(number) + " was not given to this program");
    }
    return Descriptor(number);
}

Lifeline Lifeline::create() {
    std::array<Descriptor, 2> ends = make_plain_pipe();
    return {std::move(ends[1]), std::move(ends[0])};
}

}  // namespace outboard::ipc
