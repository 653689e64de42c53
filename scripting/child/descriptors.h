// The descriptor numbers that a child inherits beside 0, 1 and 2.
#pragma once

namespace outboard::scripting::child {

inline constexpr int block_in = 3;   ///< block lane, what the child reads (shm: the host→child segment)
inline constexpr int block_out = 4;  ///< block lane, what the child writes (shm: the child→host segment)
inline constexpr int slow_in = 5;
inline constexpr int slow_out = 6;
inline constexpr int lifeline = 7;  ///< end-of-file: the host is gone

}  // namespace outboard::scripting::child
