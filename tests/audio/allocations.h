// Counts the heap allocations of the thread that asks, in C++ and in C libraries alike (every malloc of the process is
// seen).
#pragma once

#include <cstddef>
#include <cstdint>

namespace outboard::audio::allocations {

/// Counts from its construction on. One at a time per thread.
class Scope {
public:
    Scope();
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    [[nodiscard]] std::uint64_t count() const;  ///< malloc, calloc, realloc, aligned ones
    [[nodiscard]] std::uint64_t frees() const;
    [[nodiscard]] std::size_t largest() const;  ///< bytes of the largest one
};

}  // namespace outboard::audio::allocations
