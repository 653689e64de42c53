#include "ipc/windows/child_handles.h"

#include <array>
#include <cwchar>
#include <map>
#include <mutex>

#include "ipc/process.h"
#include "ipc/windows/win32.h"

namespace outboard::ipc {

namespace {

/// Read once. The variable goes then: programs that this one starts have other handles.
std::map<int, Handle> inherited_handles() {
    std::map<int, Handle> handles;
    std::array<wchar_t, 8192> text{};  // 256 numbers, at most 20 characters each
    const DWORD length = ::GetEnvironmentVariableW(handles_variable, text.data(), static_cast<DWORD>(text.size()));
    ::SetEnvironmentVariableW(handles_variable, nullptr);
    if (length == 0 || length >= text.size()) {
        return handles;
    }
    wchar_t* at = text.data();
    while (*at != L'\0') {
        const auto number = static_cast<int>(std::wcstol(at, &at, 10));
        if (*at != L':') {
            break;
        }
        const auto handle = static_cast<Handle>(std::wcstoll(at + 1, &at, 16));
        if (handle <= 0 || *at != L' ') {
            break;
        }
        ::SetHandleInformation(native(handle), HANDLE_FLAG_INHERIT, 0);
        handles.emplace(number, handle);
        ++at;
    }
    return handles;
}

}  // namespace

std::wstring text_of(const std::vector<std::pair<int, Handle>>& handles) {
    std::wstring text;
    for (const auto& [number, handle] : handles) {
        wchar_t entry[32];
        std::swprintf(entry, std::size(entry), L"%d:%llx ", number, static_cast<unsigned long long>(handle));
        text += entry;
    }
    return text;
}

Descriptor take_inherited(int number) {
    static std::mutex mutex;
    static std::map<int, Handle> handles = inherited_handles();
    const std::lock_guard lock(mutex);
    const auto found = handles.extract(number);
    return found.empty() ? Descriptor() : Descriptor(found.mapped());
}

Descriptor inherited(int number) {
    Descriptor handle = number == asked_to_end ? Descriptor() : take_inherited(number);
    if (!handle) {
        fail("handle " + std::to_string(number) + " was not given to this program", ERROR_INVALID_HANDLE);
    }
    return handle;
}

}  // namespace outboard::ipc
