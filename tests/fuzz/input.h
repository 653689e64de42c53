// What a fuzz target is made of: bytes taken from the fuzzer's input one by one, and a check that stops it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

/// Stops the fuzzer with a finding.
#define FUZZ_CHECK(condition)                                                              \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                  \
        }                                                                                  \
    } while (false)

namespace outboard::fuzz {

/// The fuzzer's bytes, in order; zeros when there are no more.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : bytes_(std::as_bytes(std::span(data, size))) {}

    [[nodiscard]] bool empty() const { return bytes_.empty(); }

    template <typename T>
    T take() {
        static_assert(std::is_trivially_copyable_v<T>);
        T value{};
        const std::span<const std::byte> some = take_bytes(sizeof value);
        if (!some.empty()) {
            std::memcpy(static_cast<void*>(&value), some.data(), some.size());
        }
        return value;
    }
    /// At most so many.
    std::span<const std::byte> take_bytes(std::size_t count) {
        const std::span<const std::byte> some = bytes_.first(std::min(count, bytes_.size()));
        bytes_ = bytes_.subspan(some.size());
        return some;
    }
    /// 0 … bound - 1
    std::uint32_t below(std::uint32_t bound) {
        return bound <= 256 ? take<std::uint8_t>() % bound : take<std::uint32_t>() % bound;
    }

private:
    std::span<const std::byte> bytes_;
};

/// Memory of exactly this size on the heap: AddressSanitizer sees the first byte that is read or written beside it.
class Exact {
public:
    explicit Exact(std::size_t size) : bytes_(std::make_unique<std::byte[]>(size)), size_(size) {}
    [[nodiscard]] std::span<std::byte> span() const { return {bytes_.get(), size_}; }

private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_;
};

}  // namespace outboard::fuzz
