// CoreShare: which children poll for the next block, where there are more of them than cores.
//
// All claim first, then each asks; so who comes first in the list takes nothing from who needs it more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace outboard::scripting {

class CoreShare {
public:
    /// Why a child should be awake for the next block; the best reason first.
    enum class Claim : std::uint8_t {
        called,     ///< it will be called
        surprised,  ///< its last call, a moment ago, was not foreseen: somebody plays
        stays,      ///< it was called lately and polls already: another one would have to be woken
        comes,      ///< it was called lately
        none,
    };

    // ---- all [rt]
    void begin_block() noexcept { claims_ = taken_ = {}; }
    void claim(Claim claim) noexcept { ++claims_[place(claim)]; }
    /// After all have claimed, in the order in which they are called: whether there is one of so many cores for it.
    [[nodiscard]] bool take(Claim claim, std::uint32_t cores) noexcept {
        const auto before = std::accumulate(claims_.begin(), claims_.begin() + place(claim), std::uint32_t{0});
        if (claim == Claim::none || before + taken_[place(claim)] >= cores) {
            return false;
        }
        ++taken_[place(claim)];
        return true;
    }

private:
    static constexpr std::size_t place(Claim claim) noexcept { return static_cast<std::size_t>(claim); }

    std::array<std::uint32_t, 5> claims_{}, taken_{};
};

}  // namespace outboard::scripting
