// NoteCounter: an instrument's own book of the notes that reach it.
//
// It is kept apart from the book that the scripts' floor keeps, so that a mistake in one shows in the other: at the end
// both must say that nothing hangs. One thread writes, any thread reads the figures.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "scripting/event.h"

namespace outboard::audio {

class NoteCounter {
public:
    /// [control] Allocates; nothing after this does.
    NoteCounter();

    /// [rt] Takes a note on, note off or choke into account; other kinds are ignored. A note with a note_id ends with
    /// an off of that id, one without (-1) with the next off of its channel and key.
    void take(const scripting::Event& event) noexcept;
    /// [rt] All open notes have ended.
    void end_all() noexcept;
    /// [rt] As new.
    void reset() noexcept;

    // Any thread.
    [[nodiscard]] std::uint64_t started() const noexcept { return started_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t ended() const noexcept { return ended_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t hanging() const noexcept { return open_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t stray_offs() const noexcept { return stray_offs_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::array<std::uint64_t, 2> keys_down() const noexcept;

private:
    static constexpr std::uint32_t slots = 1u << 14;      ///< of the table of open notes
    static constexpr std::uint32_t most_ids = slots / 2;  ///< more open notes than this are counted by key

    void start(std::int32_t note_id, std::uint32_t place) noexcept;
    void end(std::int32_t note_id, std::uint32_t place) noexcept;
    void clear_notes() noexcept;
    bool remove(std::int32_t note_id, std::uint32_t& place) noexcept;
    void set_key(std::uint32_t place, int change) noexcept;

    struct OpenNote {
        std::int32_t note_id = -1;  ///< -1: free
        std::uint32_t place = 0;    ///< channel * 128 + key
    };
    std::vector<OpenNote> notes_;  ///< open addressing, linear probing
    std::uint32_t ids_ = 0;
    std::array<std::uint32_t, 16 * 128> without_id_{};
    std::array<std::uint32_t, 128> key_count_{};

    std::atomic<std::uint64_t> started_{0}, ended_{0}, open_{0}, stray_offs_{0};
    std::array<std::atomic<std::uint64_t>, 2> keys_{};
};

}  // namespace outboard::audio
