// What differs between systems in the types of this folder. The only place that asks which system it is: everything
// else is in a folder per system, of which CMake takes the right ones.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(_WIN32)
namespace outboard::ipc {
using Handle = std::intptr_t;  ///< a HANDLE; -1 is INVALID_HANDLE_VALUE, and none of ours is negative
inline constexpr std::size_t bell_handles = 2;
}  // namespace outboard::ipc
#elif defined(__linux__) && !defined(OUTBOARD_IPC_PORTABLE)
namespace outboard::ipc {
using Handle = int;                             ///< a file descriptor
inline constexpr std::size_t bell_handles = 0;  ///< a futex word is enough
}  // namespace outboard::ipc
#else
namespace outboard::ipc {
using Handle = int;  ///< a file descriptor
inline constexpr std::size_t bell_handles = 2;
}  // namespace outboard::ipc
#endif

namespace outboard::ipc {

inline constexpr Handle no_handle = -1;

}  // namespace outboard::ipc
