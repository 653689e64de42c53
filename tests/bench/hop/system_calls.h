// What the contestants with descriptors have in common.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace outboard::bench {

/// Throws std::runtime_error: "WHAT: reason of errno".
[[noreturn]] void fail(const std::string& what);

/// The result of a system call that must not fail.
inline ssize_t checked(ssize_t result, const char* what) {
    if (result < 0) {
        fail(what);
    }
    return result;
}

/// Waits until the descriptor can be read, at most to `deadline_ns` (0: only looks).
[[nodiscard]] bool readable(int descriptor, std::int64_t deadline_ns);

}  // namespace outboard::bench
