// The processor's caches, told what comes next.
#pragma once

namespace outboard::ipc {

/// [rt] This line of memory will soon be written: it may come closer meanwhile. Changes nothing, waits for nothing, and
/// takes any address.
inline void prepare_to_write(const void* line) noexcept {
    constexpr int for_writing = 1;
    __builtin_prefetch(line, for_writing);
}

}  // namespace outboard::ipc
