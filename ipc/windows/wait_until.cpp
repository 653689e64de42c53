#include "ipc/windows/wait_until.h"

#include <algorithm>
#include <array>

#include "ipc/clock.h"
#include "ipc/windows/win32.h"

namespace outboard::ipc {

namespace {

constexpr std::size_t most_handles = 8;
constexpr DWORD high_resolution = 2;  // CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, which not every SDK has

/// A wait's own timeout counts in ticks of up to 15.6 ms; this counts in 100 ns, and is woken for by itself.
Descriptor new_timer() noexcept {
    HANDLE timer = ::CreateWaitableTimerExW(nullptr, nullptr, high_resolution, TIMER_ALL_ACCESS);
    if (timer == nullptr) {  // before Windows 10 1803
        timer = ::CreateWaitableTimerExW(nullptr, nullptr, 0, TIMER_ALL_ACCESS);
    }
    return owned(timer);
}

/// Whether it will ring then.
bool set(const Descriptor& timer, std::int64_t left_ns) noexcept {
    LARGE_INTEGER due{};
    due.QuadPart = -std::max<std::int64_t>(1, (left_ns + 99) / 100);  // negative: from now
    return timer && ::SetWaitableTimer(native(timer), &due, 0, nullptr, nullptr, FALSE) != FALSE;
}

}  // namespace

int wait_until(std::span<const Handle> handles, std::int64_t deadline_ns) noexcept {
    std::array<HANDLE, most_handles + 1> waited{};
    std::array<int, most_handles> index{};
    DWORD count = 0;
    for (std::size_t i = 0; i < std::min(handles.size(), most_handles); ++i) {
        if (handles[i] != no_handle) {
            index[count] = static_cast<int>(i);
            waited[count++] = native(handles[i]);
        }
    }
    const DWORD ours = count;
    DWORD timeout = INFINITE;
    if (deadline_ns != no_deadline) {
        thread_local const Descriptor timer = new_timer();
        const std::int64_t left_ns = deadline_ns - now_ns();
        if (left_ns <= 0) {
            timeout = 0;
        } else if (set(timer, left_ns)) {
            waited[count++] = native(timer);
        } else {
            timeout = static_cast<DWORD>(std::min<std::int64_t>((left_ns + 999'999) / 1'000'000, 1'000'000));
        }
    }
    if (count == 0) {
        ::Sleep(timeout);
        return -1;
    }
    const DWORD ready = ::WaitForMultipleObjects(count, waited.data(), FALSE, timeout);
    return ready - WAIT_OBJECT_0 < ours ? index[ready - WAIT_OBJECT_0] : -1;
}

}  // namespace outboard::ipc
