// What every file of this folder needs of Windows.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

#include <windows.h>

#include "ipc/descriptor.h"

namespace outboard::ipc {

/// The HANDLE of a Handle. The cast goes through an integer as wide as a pointer.
inline HANDLE native(Handle handle) noexcept {
    return reinterpret_cast<HANDLE>(handle);
}

inline HANDLE native(const Descriptor& descriptor) noexcept {
    return native(descriptor.get());
}

/// Takes a new HANDLE over; failed calls give null or INVALID_HANDLE_VALUE.
inline Descriptor owned(HANDLE handle) noexcept {
    return Descriptor(handle == nullptr ? no_handle : reinterpret_cast<Handle>(handle));
}

[[noreturn]] inline void fail(const std::string& sentence, DWORD error = ::GetLastError()) {
    throw std::system_error(static_cast<int>(error), std::system_category(), sentence);
}

/// A second handle for the same thing, with these rights (0: the same).
inline Descriptor duplicate(Handle handle, DWORD access, bool inheritable = false) noexcept {
    HANDLE copy = nullptr;
    const BOOL done =
        handle < 0 ? FALSE
                   : ::DuplicateHandle(::GetCurrentProcess(), native(handle), ::GetCurrentProcess(), &copy, access,
                                       inheritable ? TRUE : FALSE, access == 0 ? DUPLICATE_SAME_ACCESS : 0);
    return done != FALSE ? owned(copy) : Descriptor();
}

inline Descriptor new_event(bool manual_reset) {
    Descriptor event = owned(::CreateEventW(nullptr, manual_reset ? TRUE : FALSE, FALSE, nullptr));
    if (!event) {
        fail("cannot create an event");
    }
    return event;
}

/// UTF-8 to UTF-16.
std::wstring wide(std::string_view text);

}  // namespace outboard::ipc
