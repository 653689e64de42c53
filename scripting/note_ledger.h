// NoteLedger: which keys are down, which notes sound, and when each of them ends. Lives in the host, so that every
// note that was started gets its end, whatever happens to the script.
//
// All functions [rt]: fixed tables, no allocation. Times are absolute samples and must not decrease within a block,
// except where said.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scripting/clock_map.h"
#include "scripting/event.h"
#include "scripting/note_changes.h"
#include "scripting/records.h"

namespace outboard::scripting {

class NoteLedger {
public:
    static constexpr std::size_t max_voices = 2048;
    static constexpr std::size_t max_presses = 1024;
    static constexpr std::size_t max_output = 32768;  ///< events per block

    NoteLedger();

    /// Notes are about to begin or to end (ipc/cache.h).
    void prepare() const noexcept;

    /// Opens a block: its output is empty; ends in beats are converted with `clock`, which must live until
    /// the next call, and those of the blocks before.
    void begin(std::int64_t start, std::uint32_t frames, const ClockMap& clock) noexcept;

    /// Passes one input event on, byte for byte, at `landing` (≥ its own time when late). A note-on becomes a press
    /// with a voice bound to it; a note-off ends what belongs to the oldest press of its key, a choke cuts what belongs
    /// to any press of its key. False: no room.
    bool pass(const Event& event, std::uint32_t sequence, std::int64_t landing) noexcept;

    /// A note-on that a script has taken: a press without a voice of its own.
    void take_press(const Event& event, std::uint32_t sequence) noexcept;

    /// A voice started by a script; `time` is the script's time, `landing` where it sounds. False: refused (no room,
    /// or bound to a press that is no longer down).
    bool start_voice(const wire::Record& record, std::int64_t time, std::int64_t landing,
                     std::uint32_t press_origin) noexcept;
    void end_voice(std::uint32_t voice, std::uint8_t velocity, bool choke, std::int64_t landing) noexcept;
    /// Another end for a voice that a script started; `time` is the script's time, `landing` where it is heard of. With
    /// `cut` the note is choked there.
    void set_end(std::uint32_t voice, wire::End end, double value, std::int64_t time, std::int64_t landing,
                 bool cut) noexcept;
    /// A change of a note that sounds (wire::change_note), and what it does to the note's end. False: refused. A note
    /// that nobody knows any more is no error.
    bool change_note(const wire::Record& record, std::int64_t time, std::int64_t landing) noexcept;
    /// The instrument has ended a note: the number that the script of today has for it; 0: none.
    std::uint32_t note_silent(std::int32_t note_id) noexcept { return changes_.silent(note_id); }
    /// Ends every voice that a script started.
    void end_all(std::int64_t landing) noexcept;
    /// A script went away (swap, crash): its voices without an end of their own are released; the others keep theirs.
    /// Voice numbers of the script that follows may start over.
    void script_gone(std::int64_t landing) noexcept;
    /// Another script takes over while this one comes to its end: as script_gone(), but its voices keep their numbers,
    /// apart from those of the other. Who speaks is said by hear_leaving().
    void script_leaves(std::int64_t landing) noexcept;
    /// From now on voice numbers are those of the script that leaves, or of the one that is live.
    void hear_leaving(bool leaving) noexcept { leaving_ = leaving; }
    /// Any other event, at `landing`.
    bool send(Event event, std::int64_t landing) noexcept;

    /// Emits every end that is due at or before `time`, in time order.
    void flush_ends(std::int64_t time) noexcept;
    /// Everything ends now: as note-offs, or cut.
    void end_everything(std::int64_t landing, bool choke) noexcept;
    void forget_presses() noexcept { presses_.clear(); }

    /// The block's output, in time order. Sorts what a change of latency may have put out of order.
    std::span<const Event> finish_block() noexcept;

    struct Press {
        std::uint32_t sequence = 0;
        Event event;  ///< the note-on as it came
    };
    /// Keys that are down, oldest first.
    [[nodiscard]] std::span<const Press> presses() const noexcept { return presses_; }
    /// Keys that will be down when events that are still without an outcome have theirs, whichever it is: first the
    /// former function, then the latter with each event in order.
    void look_ahead() noexcept { presses_ahead_ = presses_; }
    void look_ahead(const Event& event, std::uint32_t sequence) noexcept;
    [[nodiscard]] std::span<const Press> presses_ahead() const noexcept { return presses_ahead_; }
    [[nodiscard]] std::size_t voices() const noexcept { return voices_.size(); }

private:
    struct Voice {
        std::int32_t note_id = -1;
        std::uint32_t number = 0;  ///< the script's; 0: none (a passed press, or its script is gone)
        std::uint32_t press = 0;   ///< sequence of the press it comes from
        wire::End end = wire::End::hold;
        bool script = false;
        bool forwarded = false;
        bool leaving = false;  ///< its script leaves
        bool played = false;   ///< Event::played
        bool cut = false;      ///< its end is a choke
        std::uint8_t port = 0, channel = 0, key = 0;
        std::uint8_t off_status = 0x80, off_velocity = 64;
        std::int64_t not_before = 0;  ///< its end does not come sooner: where it sounds, or where its end was moved
        std::int64_t shift = 0;       ///< added to its end: delay and lateness
        std::int64_t end_sample = 0;
        double end_beat = 0;
        std::uint32_t off_origin = 0;
    };

    [[nodiscard]] std::int64_t due(const Voice& voice) const noexcept;
    void emit_off(const Voice& voice, std::int64_t time, bool choke) noexcept;
    void choke_key(const Event& event, std::int64_t landing) noexcept;
    void release_press(std::size_t index, const Event& off, std::int64_t landing) noexcept;
    bool emit(const Event& event) noexcept;
    void refresh_next_due() noexcept;
    /// Of the script that speaks.
    [[nodiscard]] std::vector<Voice>::iterator find_voice(std::uint32_t number) noexcept;
    void take_back_glide(const Event& change) noexcept;

    ClockMemory clock_;
    const ClockMap* block_clock_ = nullptr;
    std::int64_t start_ = 0, end_ = 0;
    std::vector<Event> output_;
    std::vector<Press> presses_;
    std::vector<Press> presses_ahead_;
    std::vector<Voice> voices_;  ///< in the order in which they were started
    NoteChanges changes_;
    std::vector<Event> later_;  ///< changes of notes that lie ahead
    std::int64_t next_due_ = 0;
    std::int32_t next_note_id_ = 1;
    bool leaving_ = false;
};

}  // namespace outboard::scripting
