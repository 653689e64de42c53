// The descriptor numbers that a child inherits beside 0, 1 and 2.
#pragma once

namespace outboard::scripting::child {

// Both block lanes are there from the start, so that the transport can change while the script plays.
inline constexpr int shared_in = 3;   ///< the host→child segment
inline constexpr int shared_out = 4;  ///< the child→host segment
inline constexpr int piped_in = 5;    ///< what the child reads
inline constexpr int piped_out = 6;   ///< what it writes
inline constexpr int slow_in = 7;
inline constexpr int slow_out = 8;
inline constexpr int lifeline = 9;    ///< end-of-file: the host is gone
inline constexpr int audio = 10;      ///< ipc::AudioMemory, writable
inline constexpr int traceback = 11;  ///< where Python was, when it ends badly (scripting/traceback.h)

}  // namespace outboard::scripting::child
