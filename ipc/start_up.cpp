#include "ipc/start_up.h"

#include <algorithm>
#include <chrono>

#include "ipc/clock.h"

namespace outboard::ipc {

namespace {

constexpr std::int64_t look_ns = 10'000'000;

}  // namespace

StartUp await_first_message(Process& child, Pipe& pipe, std::span<std::byte> buffer, std::int64_t deadline_ns) {
    StartUp result;
    while (result.status == Status::timed_out) {
        // In this order: what it said before its end is then found.
        const std::optional<Exit> exit = child.poll();
        if (exit) {
            pipe.mark_dead();
        }
        const std::int64_t now = now_ns();
        const Received received = pipe.receive(buffer, std::min(deadline_ns, now + look_ns));
        result = {received.status, received.size, exit};
        if (result.status == Status::timed_out && now >= deadline_ns) {
            break;
        }
    }
    if (result.status == Status::ok) {
        result.exit.reset();
        return result;
    }
    if (result.status == Status::closed || result.status == Status::peer_died) {
        // An OS pipe ends a moment before its process does: that moment tells its exit code from our SIGKILL.
        result.exit = child.wait(std::chrono::milliseconds(200));
        result.status = result.exit ? Status::peer_died : result.status;
    }
    if (!result.exit) {
        result.exit = child.terminate(std::chrono::milliseconds(0));
    }
    pipe.mark_dead();
    return result;
}

}  // namespace outboard::ipc
