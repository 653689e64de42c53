#include "ipc/windows/overlapped_pipe.h"

#include <atomic>
#include <cwchar>
#include <random>

#include "ipc/windows/win32.h"

namespace outboard::ipc {

namespace {

constexpr DWORD room = 1 << 20;

}  // namespace

// A named pipe of one instance, whose name nobody can guess and which has no room for another once we are connected.
std::array<Descriptor, 2> make_overlapped_pipe() {
    static std::atomic<unsigned> count{0};
    std::random_device random;
    wchar_t name[80];
    std::swprintf(name, std::size(name), L"\\\\.\\pipe\\outboard.%lx.%x.%08x%08x", ::GetCurrentProcessId(), ++count,
                  random(), random());
    Descriptor read = owned(::CreateNamedPipeW(
        name, PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, room, room, 0, nullptr));
    if (!read) {
        fail("cannot create a pipe to a child");
    }
    Descriptor write = owned(::CreateFileW(name, GENERIC_WRITE | FILE_READ_ATTRIBUTES, 0, nullptr, OPEN_EXISTING,
                                           FILE_FLAG_OVERLAPPED, nullptr));
    if (!write) {
        fail("cannot open a pipe to a child");
    }
    return {std::move(read), std::move(write)};
}

}  // namespace outboard::ipc
