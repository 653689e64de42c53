#include "hop/system_calls.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>

#include "ipc/clock.h"

namespace outboard::bench {

void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

bool readable(int descriptor, std::int64_t deadline_ns) {
    pollfd watched{descriptor, POLLIN, 0};
    for (;;) {
        const std::int64_t left = deadline_ns <= 0 ? 0 : std::max<std::int64_t>(0, deadline_ns - ipc::now_ns());
        const timespec time{static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
        const int ready = ::ppoll(&watched, 1, deadline_ns == ipc::no_deadline ? nullptr : &time, nullptr);
        if (ready >= 0) {
            return ready > 0;
        }
        if (errno != EINTR) {
            fail("ppoll");
        }
    }
}

}  // namespace outboard::bench
