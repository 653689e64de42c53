// Messages that both processes of a test can make from a seed and a number, so that each can check the other's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace outboard::ipc::test {

/// splitmix64: the same on every machine.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t operator()() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    /// 0 … bound - 1
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>((*this)() % bound); }

private:
    std::uint64_t state_;
};

/// Bytes that depend on seed and size in every place.
inline std::vector<std::byte> bytes_of(std::uint64_t seed, std::size_t size) {
    Random random(seed);
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; i += 8) {
        const std::uint64_t word = random();
        std::memcpy(bytes.data() + i, &word, std::min<std::size_t>(8, size - i));
    }
    return bytes;
}

/// Message number `index` of a stream: mostly small, now and then anything up to `largest`.
inline std::vector<std::byte> message_of(std::uint64_t seed, std::uint64_t index, std::size_t largest) {
    Random random(seed * 0x100000001b3 + index);
    const std::size_t size = random.below(64) == 0 ? random.below(largest + 1) : random.below(200);
    return bytes_of(random(), std::min(size, largest));
}

inline bool same(std::span<const std::byte> a, std::span<const std::byte> b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace outboard::ipc::test
