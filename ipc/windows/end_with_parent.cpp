#include <array>

#include "ipc/clock.h"
#include "ipc/process.h"
#include "ipc/windows/child_handles.h"
#include "ipc/windows/exit_codes.h"
#include "ipc/windows/overlapped_pipe.h"
#include "ipc/windows/wait_until.h"
#include "ipc/windows/win32.h"

namespace outboard::ipc {

namespace {

constexpr std::size_t stack_bytes = 64 * 1024;

/// Static: the thread that uses it ends with the process only.
struct Watched {
    Handle lifeline = no_handle;
    Handle event = no_handle;
    Handle asked = no_handle;
    OVERLAPPED reading{};
    char byte = 0;
};

[[noreturn]] void leave(DWORD code) noexcept {
    // No destructors and no DLL's farewell: other threads may be in the middle of anything.
    ::TerminateProcess(::GetCurrentProcess(), code);
    ::ExitThread(code);
}

DWORD WINAPI wait_for_end(void* argument) {
    auto& watched = *static_cast<Watched*>(argument);
    const std::array<Handle, 2> both{watched.event, watched.asked};
    for (;;) {
        watched.reading = {};
        watched.reading.hEvent = native(watched.event);
        if (::ReadFile(native(watched.lifeline), &watched.byte, 1, nullptr, &watched.reading) == FALSE &&
            ::GetLastError() != ERROR_IO_PENDING) {
            leave(0);
        }
        if (wait_until(both, no_deadline) == 1) {
            leave(exit_asked);
        }
        DWORD got = 0;
        if (::GetOverlappedResult(native(watched.lifeline), &watched.reading, &got, FALSE) == FALSE) {
            leave(0);
        }
    }
}

}  // namespace

void end_with_parent(Handle lifeline) {
    if (lifeline < 0 || ::GetFileType(native(lifeline)) != FILE_TYPE_PIPE) {
        fail("the lifeline to the parent is no open pipe", ERROR_INVALID_HANDLE);
    }
    static Watched watched;
    watched.lifeline = lifeline;
    watched.event = new_event(true).release();
    watched.asked = take_inherited(asked_to_end).release();
    const Descriptor thread =
        owned(::CreateThread(nullptr, stack_bytes, wait_for_end, &watched, STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr));
    if (!thread) {
        fail("cannot start the thread that watches the parent");
    }
}

Lifeline Lifeline::create() {
    std::array<Descriptor, 2> ends = make_overlapped_pipe();
    return {std::move(ends[1]), std::move(ends[0])};
}

}  // namespace outboard::ipc
