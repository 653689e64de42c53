// NoteChanges: changes of single notes on their way to the instrument: which note a script's number means for as long
// as it sounds, and glides whose length is in beats.
//
// A change leaves as one event that carries its end; the instrument draws the line. Where that end is a beat, the line
// is drawn with the tempo of the moment, and drawn anew from every tempo change on. So a glide needs no call of the
// child, and goes on when the script is gone.
//
// All functions [rt]: fixed tables, no allocation.
#pragma once

#include <cstdint>
#include <vector>

#include "scripting/clock_map.h"
#include "scripting/event.h"

namespace outboard::scripting {

/// What a child says, kept inside the range of its dimension or setting (event.h); what is no number becomes 0.
[[nodiscard]] float clamped(NoteDimension dimension, double value) noexcept;
[[nodiscard]] float clamped(Setting setting, double value) noexcept;
/// Where a setting stands when nobody has moved it.
[[nodiscard]] float neutral(Setting setting) noexcept;

class NoteChanges {
public:
    static constexpr std::size_t max_notes = 4096;   ///< the oldest are forgotten
    static constexpr std::size_t max_glides = 4096;  ///< more are drawn with the tempo that they begin with

    NoteChanges();

    /// A script's note begins: `on` is what goes to the instrument, `voice` the number of the script that is live, or
    /// of the one that leaves.
    void started(std::uint32_t voice, const Event& on, bool leaving) noexcept;
    /// The instrument has ended a note: the live script's number of it; 0: none.
    std::uint32_t silent(std::int32_t note_id) noexcept;
    /// A script is gone: voice numbers of the one that follows may start over.
    void forget_numbers(bool leaving) noexcept;
    /// The live script leaves; voice numbers are from now on told apart by who speaks.
    void script_leaves() noexcept;
    /// A change of a voice without value and end, 0 dB of everything else; kind none when nobody knows the voice.
    [[nodiscard]] Event event_for(std::uint32_t voice, NoteDimension dimension, bool leaving) const noexcept;

    /// A change takes the place of the glide that its note had in that dimension. True: there was one.
    bool replace(const Event& change) noexcept;
    /// A glide in beats begins: `change` has its time and value; `late` samples lie between the script's time and it.
    /// Gives the change with its end by the present tempo. Later tempo changes of this block go to `later`.
    Event begin_glide(Event change, double end_beat, std::int64_t late, const ClockMap& clock,
                      std::vector<Event>& later) noexcept;
    /// At a block's beginning: what its tempo changes make of the glides that run. Appends to `later`, as far as it
    /// has room.
    void follow(std::int64_t start, const ClockMap& clock, std::vector<Event>& later) noexcept;

private:
    struct Note {
        std::uint32_t voice = 0;
        std::int32_t note_id = -1;
        std::uint8_t port = 0, channel = 0, key = 0;
        bool leaving = false;
    };
    struct Glide {
        Event change;
        double end_beat = 0;
        std::int64_t late = 0;
    };
    static void draw(Glide& glide, std::int64_t after, const ClockMap& clock, std::vector<Event>& later) noexcept;

    std::vector<Note> notes_;  ///< in the order in which they began
    std::vector<Glide> glides_;
};

}  // namespace outboard::scripting
