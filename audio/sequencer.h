// Sequencer: the transport and the song player. It turns a song into events in sample time and tells the block's clock.
//
// Two beats run (see scripting/clock_map.h): the clock beat never stops nor jumps, the song beat is the place in the
// song. Both are anchored where something changes (play, seek, tempo, signature, loop) and computed from there, never
// accumulated block by block: the events' samples do not depend on the block size. Played from its start at engine
// sample 0, an event's time is round_sample(song.sample_of_beat(beat)).
//
// Commands take effect at the first sample of the next block. Stop, seek, loop and a change of song end the song's
// sounding notes with note-offs (velocity 64, origin 0). Play in the middle, or a seek while playing, sends the
// programs and controllers that the song had set before (see chase.h).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "audio/chase.h"
#include "audio/event_list.h"
#include "audio/song.h"
#include "scripting/clock_map.h"

namespace outboard::audio {

/// Where the transport stands, for displays and snapshots.
struct SongPosition {
    double song_beat = 0;             ///< quarter notes
    int bar = 1, beat = 1, tick = 0;  ///< 1-based; beats of the signature's denominator; tick 0..959 of that beat
    int numerator = 4, denominator = 4;
    double tempo = 120;  ///< quarter notes per minute, as it plays
};

class Sequencer {
public:
    /// [control] `sample_rate` in Hz. The engine's time begins at sample 0.
    explicit Sequencer(double sample_rate);

    // ---- all [rt] from here on ------------------------------------------------------------------------------
    /// Null: none. Stops, goes to the start. The caller keeps the song alive until another one is set.
    void set_song(const Song* song) noexcept;
    /// Goes on where it stands; from the start when the song has ended. Without a song the beats simply run.
    void play() noexcept;
    void stop() noexcept;
    /// Song beat, clamped to the song. Goes on playing if it plays.
    void seek(double song_beat) noexcept;
    /// Quarter notes per minute (clamped to 1..1000); 0: the song's own.
    void set_tempo(double bpm) noexcept;
    /// Whole song. A song shorter than 10 ms does not loop.
    void set_loop(bool loop) noexcept { loop_ = loop; }

    /// One block. Fills `clock` with the point in force at `start` and every change inside, and appends the song's
    /// events of [start, start + frames) to `out` in time order: origin = index in Song::playable + 1, or 0 for offs
    /// and chased events. What does not fit into `out` comes in the next block, at its first sample.
    void next_block(std::int64_t start, std::uint32_t frames, scripting::ClockMap& clock, EventList& out) noexcept;

    /// The song's events in the so many frames after the last block, if nothing changes in between; at most 64. Not
    /// those of the next round of a loop.
    [[nodiscard]] std::span<const PlayableEvent> coming(std::uint32_t frames) const noexcept;

    [[nodiscard]] bool playing() const noexcept { return playing_; }
    /// The song came to its end (all its notes have been ended); until play, seek or another song.
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] bool loop() const noexcept { return loop_; }
    /// At the end of the last block.
    [[nodiscard]] double song_beat() const noexcept;
    [[nodiscard]] double tempo() const noexcept { return here_.tempo; }
    [[nodiscard]] SongPosition position() const noexcept;
    /// Song events skipped because `out` was full for a whole round of a loop. 0 unless the list is far too small.
    [[nodiscard]] std::uint64_t events_lost() const noexcept { return events_lost_; }

private:
    /// A stretch of playing without a jump: engine sample and song beat where it began. Both fractional.
    struct Stretch {
        double sample = 0, beat = 0, clock_beat = 0;
        double song_sample = 0;  ///< of `beat`, at the song's own tempi
        double bpm = 0;          ///< 0: the song's own
    };
    /// The events of a stretch that are still to come.
    struct Cursor {
        Stretch stretch;
        std::size_t next = 0;  ///< index in Song::playable
    };

    [[nodiscard]] double sample_of(const Stretch& stretch, double beat) const noexcept;
    [[nodiscard]] double clock_at(double sample) const noexcept;
    [[nodiscard]] double length_beats() const noexcept;
    [[nodiscard]] bool can_loop() const noexcept;
    void begin_stretch(double sample, double beat, double clock_beat) noexcept;
    void stand_at(double beat) noexcept;
    void find_changes(double beat) noexcept;
    void fill_point(double beat) noexcept;
    void release_notes(std::int64_t time) noexcept;
    void chase() noexcept;

    void advance_clock(std::int64_t start, std::int64_t end, scripting::ClockMap& clock, EventList& out) noexcept;
    void reach_end(double sample) noexcept;
    void emit(std::int64_t start, std::int64_t end, EventList& out) noexcept;
    bool emit_events(Cursor& cursor, std::int64_t start, std::int64_t end, EventList& out) noexcept;
    bool emit_releases(std::int64_t start, EventList& out) noexcept;
    bool emit_chase(std::int64_t start, EventList& out) noexcept;

    double sample_rate_;
    const Song* song_ = nullptr;
    std::int64_t now_ = 0;  ///< first sample of the next block
    bool playing_ = false, loop_ = false;
    bool at_end_ = false;  ///< the song beat reached the end
    bool ended_ = false;   ///< and everything has been put out
    double bpm_ = 0;       ///< the user's tempo; 0: the song's own

    scripting::ClockPoint here_;                       ///< the latest change
    std::size_t next_tempo_ = 0, next_signature_ = 0;  ///< changes of the song still to come

    Cursor cursor_;
    Cursor tail_;  ///< what a song that reached its end has still to put out
    bool has_tail_ = false;
    std::int64_t tail_end_ = 0;  ///< sample at which its notes end

    bool releasing_ = false;
    std::int64_t release_time_ = 0;
    std::array<std::uint16_t, 16 * 128> down_{};  ///< how often the song has a key down
    std::uint32_t down_total_ = 0;

    EventList chase_{ChaseState::max_events};
    std::size_t chase_sent_ = 0;
    std::uint64_t events_lost_ = 0;
};

}  // namespace outboard::audio
