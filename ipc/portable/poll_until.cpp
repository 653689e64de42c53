#include "ipc/portable/poll_until.h"

#include <algorithm>
#include <ctime>

#include "ipc/clock.h"
#include "ipc/realtime.h"

namespace outboard::ipc {

int poll_until(std::span<pollfd> entries, std::int64_t deadline_ns) noexcept {
    timespec left{};
    if (deadline_ns != no_deadline) {
        const std::int64_t ns = std::max<std::int64_t>(0, deadline_ns - now_ns());
        left.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
        left.tv_nsec = static_cast<long>(ns % 1'000'000'000);
    }
    const AllowedSystemCall allowed;
    return ::ppoll(entries.data(), static_cast<nfds_t>(entries.size()), deadline_ns == no_deadline ? nullptr : &left,
                   nullptr);
}

}  // namespace outboard::ipc
