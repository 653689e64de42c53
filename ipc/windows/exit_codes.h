// Exit codes that say how a program ended. Codes from 0xc0000000 on are statuses of Windows (a crash) or, with the bit
// for applications, ours.
#pragma once

#include <windows.h>

namespace outboard::ipc {

inline constexpr DWORD first_status = 0xc0000000;
inline constexpr DWORD exit_killed = 0xe04f4201;  ///< by Process::kill or because its parent ended
inline constexpr DWORD exit_asked = 0xe04f4202;   ///< it left because Process::terminate asked

}  // namespace outboard::ipc
