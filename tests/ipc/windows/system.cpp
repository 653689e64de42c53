#include "system.h"

#include <windows.h>

namespace outboard::ipc::test {

namespace {

HANDLE native(Handle handle) {
    return reinterpret_cast<HANDLE>(handle);
}

Descriptor owned(HANDLE handle) {
    return Descriptor(handle == nullptr ? no_handle : reinterpret_cast<Handle>(handle));
}

/// Of ntdll, and in no header.
using OfProcess = LONG(NTAPI*)(HANDLE);

void call(const char* name, const Process& process) {
    const auto function =
        reinterpret_cast<OfProcess>(reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), name)));
    function(native(process.exit_descriptor()));
}

}  // namespace

std::array<Descriptor, 2> os_pipe() {
    HANDLE read = nullptr;
    HANDLE write = nullptr;
    if (::CreatePipe(&read, &write, nullptr, 0) == FALSE) {
        return {};
    }
    return {owned(read), owned(write)};
}

std::size_t read_some(const Descriptor& from, std::span<char> into) {
    DWORD got = 0;
    return ::ReadFile(native(from.get()), into.data(), static_cast<DWORD>(into.size()), &got, nullptr) != FALSE ? got
                                                                                                                : 0;
}

bool write_all(const Descriptor& to, std::span<const std::byte> bytes) {
    const Descriptor through = owned(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
    OVERLAPPED call{};
    call.hEvent = native(through.get());
    DWORD written = 0;
    const BOOL at_once = ::WriteFile(native(to.get()), bytes.data(), static_cast<DWORD>(bytes.size()), nullptr, &call);
    return (at_once != FALSE || ::GetLastError() == ERROR_IO_PENDING) &&
           ::GetOverlappedResult(native(to.get()), &call, &written, TRUE) != FALSE && written == bytes.size();
}

Descriptor open_null() {
    return owned(::CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                               OPEN_EXISTING, 0, nullptr));
}

Descriptor copy_of(const Descriptor& descriptor) {
    HANDLE copy = nullptr;
    ::DuplicateHandle(::GetCurrentProcess(), native(descriptor.get()), ::GetCurrentProcess(), &copy, 0, FALSE,
                      DUPLICATE_SAME_ACCESS);
    return owned(copy);
}

bool is_open(Handle handle) {
    DWORD flags = 0;
    return ::GetHandleInformation(native(handle), &flags) != FALSE;
}

void set_variable(const char* name, const char* value) {
    ::SetEnvironmentVariableA(name, value);
}

void make_inheritable(const Descriptor& descriptor) {
    ::SetHandleInformation(native(descriptor.get()), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
}

int open_handles() {
    int found = 0;  // one by one: Wine's GetProcessHandleCount says 0
    for (Handle handle = 4; handle < 4096; handle += 4) {
        found += is_open(handle);
    }
    return found;
}

Handle standard_error() {
    return reinterpret_cast<Handle>(::GetStdHandle(STD_ERROR_HANDLE));
}

bool is_ready(Handle handle, int ms) {
    return ::WaitForSingleObject(native(handle), static_cast<DWORD>(ms)) == WAIT_OBJECT_0;
}

void stop(const Process& process) {
    call("NtSuspendProcess", process);
}

void go_on(const Process& process) {
    call("NtResumeProcess", process);
}

Descriptor watch(std::int64_t pid) {
    return owned(::OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(pid)));
}

std::uint64_t many_messages(bool over_pipe) {
    return over_pipe ? 20'000 : 100'000;  // under Wine, each of several calls per message goes to its server
}

const bool os_pipe_takes_parts = false;
const bool os_pipe_counts_unread = false;
const char* const word_for_killed = "killed";
const char* const word_for_asked = "terminated";

}  // namespace outboard::ipc::test
