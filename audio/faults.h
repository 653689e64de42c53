// Faults that a test build makes on purpose, so that the two ledgers can be seen to notice them. Everywhere else all
// of this is constant and costs nothing.
//
// Built with OUTBOARD_FAULTS the engine loses the first input event that is not a note-off, between its own count of
// what a track hears and the track's script slot; and the first note-off, between the slot and the instrument.
#pragma once

#include <atomic>

#include "scripting/event.h"

namespace outboard::audio::faults {

#if defined(OUTBOARD_FAULTS)

inline constexpr bool enabled = true;
inline std::atomic<int> events_to_drop{1};
inline std::atomic<int> note_offs_to_drop{1};

inline bool take_one(std::atomic<int>& left) noexcept {
    if (left.load() <= 0) {
        return false;
    }
    --left;
    return true;
}
inline bool drop_input(const scripting::Event& event) noexcept {
    return event.kind != scripting::Kind::note_off && take_one(events_to_drop);
}
inline bool drop_output(const scripting::Event& event) noexcept {
    return event.kind == scripting::Kind::note_off && take_one(note_offs_to_drop);
}

#else

inline constexpr bool enabled = false;
constexpr bool drop_input(const scripting::Event&) noexcept {
    return false;
}
constexpr bool drop_output(const scripting::Event&) noexcept {
    return false;
}

#endif

}  // namespace outboard::audio::faults
