// Our pre-wake (ipc/prewake.h) put around any contestant, as one would do it who keeps his socket.
//
// The tick and the word "I am polling" lie in the control page. What remains different from a SharedMemoryPipe is then
// what shared memory itself gives: no system call for a message to a child that polls.
#pragma once

#include <memory>

#include "hop/control_page.h"
#include "hop/end.h"
#include "ipc/clock.h"
#include "ipc/prewake.h"

namespace outboard::bench {

/// The child's half: waits until take() has got something.
class Awake {
public:
    explicit Awake(ControlPage& page) noexcept : page_(page), prewaker_({}) {}

    /// `take(deadline_ns)`: as End::take, or whether a descriptor is readable.
    template <typename Take>
    void wait(Take&& take) {
        while (!round(take)) {
        }
    }

private:
    template <typename Take>
    bool round(Take&& take) {
        const std::int64_t tick = page_.due.load(std::memory_order_acquire);
        const ipc::Prewaker::Plan plan = prewaker_.plan(tick, ipc::now_ns());
        const auto ticked = [&] { return page_.due.load(std::memory_order_acquire) != tick; };
        bool taken = take(0);
        if (!taken && ipc::now_ns() < plan.wake_ns) {
            taken = take(plan.wake_ns);
            if ((taken || ticked()) && plan.wake_ns != ipc::no_deadline) {
                prewaker_.overslept();
            }
            if (taken || ticked() || ipc::now_ns() < plan.wake_ns) {
                return taken;
            }
        }
        if (!taken) {
            page_.polling.store(1, std::memory_order_release);
            prewaker_.poll(plan, [&] { return (taken = take(0)) || ticked(); });
            page_.polling.store(0, std::memory_order_release);
        }
        return taken;
    }

    ControlPage& page_;
    ipc::Prewaker prewaker_;
};

/// The host's half: stores the tick, and looks for `spin_ns` when the child was polling.
[[nodiscard]] std::unique_ptr<End> with_prewake(std::unique_ptr<End> inner, ControlPage& page, std::int64_t spin_ns);

}  // namespace outboard::bench
