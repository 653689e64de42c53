// Sysex: the bytes of system exclusive messages, beside the events that name them by their `blob`.
//
// A message crosses to the script in records of 32 bytes behind its event, up to `max_sysex` bytes; a longer one, and a
// part of one, stays with the host and can only be let through.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "scripting/event.h"

namespace outboard::scripting {

/// Bytes of the longest message that crosses to or from a script.
inline constexpr std::size_t max_sysex = 16384;

// Whose handle a blob is: its two upper bits. The producer of a song numbers its messages itself.
inline constexpr std::uint32_t sysex_from_live = 0x4000'0000;
inline constexpr std::uint32_t sysex_from_script = 0x8000'0000;
inline constexpr std::uint32_t sysex_owner_bits = 0xC000'0000;

/// Whether these are all bytes of one message: 0xF0, then 0..127, then 0xF7; and not too many to cross.
[[nodiscard]] bool is_whole_sysex(std::span<const std::uint8_t> bytes) noexcept;

/// Who has the bytes.
class SysexSource {
public:
    virtual ~SysexSource() = default;
    /// [rt] The bytes of a message, from 0xF0 (or 0xF7, of a part) on; empty if it is not known (any more). Valid until
    /// the next block.
    [[nodiscard]] virtual std::span<const std::uint8_t> sysex(std::uint32_t blob) const noexcept = 0;
};

/// Messages that come while the engine runs: fixed memory, the oldest are forgotten. One thread. 256 KiB.
class SysexPool final : public SysexSource {
public:
    /// [control] `owner`: sysex_from_live or sysex_from_script.
    explicit SysexPool(std::uint32_t owner) : owner_(owner), bytes_(capacity) {}

    /// [rt] The message's blob; 0 if it is longer than max_sysex.
    std::uint32_t put(std::span<const std::uint8_t> bytes) noexcept;
    [[nodiscard]] std::span<const std::uint8_t> sysex(std::uint32_t blob) const noexcept override;

private:
    static constexpr std::size_t capacity = 256 * 1024;
    struct Place {
        std::uint32_t number = 0;
        std::uint32_t size = 0;
        std::uint64_t start = 0;  ///< counted from the first byte ever written
    };
    std::uint32_t owner_;
    std::uint32_t number_ = 0;  ///< of the last message
    std::uint64_t written_ = 0;
    std::vector<std::uint8_t> bytes_;
    std::array<Place, 4096> places_{};
};

/// A message whose bytes come in pieces.
class SysexJoiner {
public:
    /// [rt] Begins a message of `size` bytes; `event` is kept for its end. False: too long.
    bool begin(const Event& event, std::size_t size) noexcept;
    /// [rt] The next bytes; what is too much is not taken and makes the message void.
    void add(std::span<const std::uint8_t> bytes) noexcept;
    /// [rt] Whether bytes are still to come.
    [[nodiscard]] bool open() const noexcept { return wanted_ > 0; }
    /// [rt] All there: the bytes are valid until the next begin().
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {bytes_.data(), size_}; }
    [[nodiscard]] const Event& event() const noexcept { return event_; }
    void forget() noexcept { wanted_ = size_ = 0; }

private:
    Event event_;
    std::size_t size_ = 0, wanted_ = 0;
    std::array<std::uint8_t, max_sysex> bytes_{};
};

}  // namespace outboard::scripting
