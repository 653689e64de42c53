// FluidNotes: the notes that sound in one FluidSynth synthesizer, each under a number of its own, so that every single
// one can be ended and changed whatever else sounds on its channel and key.
//
// A note-on of plain MIDI goes the way that FluidSynth has for it: it releases what sounds on its key, and mono mode,
// legato and both pedals do what they do. That way also serves a script's note as long as it is the only one on its
// key. Where a script has a note on the key already, or another preset is wanted for one note, the note is started by
// fluid_synth_start() under an id of ours, and nothing else is touched. (The sostenuto pedal does not catch such a
// note: FluidSynth compares ids with its own count.)
//
// A change is a straight line over time, applied to the note's voices at each chunk of 64 frames on the absolute grid.
// Volume, tuning, pan, vibrato and filter are generators of the voices; changes are added to what the font, the
// channel and the controllers say. FluidSynth plays no voice louder than its sample: a raise of the volume is heard
// as far as velocity and controllers have lowered it.
//
// All functions [rt]: no allocation. fluid_synth_start() asks the synthesizer's settings, whose mutex nobody else has.
#pragma once

#include <fluidsynth.h>

#include <array>
#include <cstdint>
#include <span>

#include "scripting/event.h"

namespace outboard::audio {

class FluidNotes {
public:
    static constexpr int polyphony = 256;

    /// `synth` outlives this.
    explicit FluidNotes(fluid_synth_t* synth) noexcept : synth_(synth) {}

    void note_on(const scripting::Event& event) noexcept;
    void note_off(const scripting::Event& event) noexcept;
    /// Silences a note in the next chunk. FluidSynth offers that only for whole channels; full attenuation and the
    /// shortest release come to the same.
    void choke(const scripting::Event& event) noexcept;
    void change(const scripting::Event& event) noexcept;
    /// Before the chunk that begins at the grid point `sample`: where glides are at that sample.
    void advance(std::int64_t sample) noexcept;
    void setting(const scripting::Event& event) noexcept;
    void forget_all() noexcept;
    /// At a block's end: the note_ids whose sound has ended since the last call, for as long as nothing else is called.
    std::span<const std::int32_t> take_silent() noexcept;

private:
    /// One value on its way to another.
    struct Glide {
        float from = 0, to = 0;
        std::int64_t start = 0, end = 0;
        float applied = 0;  ///< what the note's voices have now
        bool running = false;

        [[nodiscard]] float at(std::int64_t sample, bool decibels) const noexcept;
    };
    struct Note {
        std::int32_t note_id = -1;
        unsigned int fluid_id = 0;
        std::uint8_t channel = 0, key = 0;
        bool played = false;  ///< a script's own: only an off with its note_id ends it
        bool down = true;     ///< its off has not come
        std::array<Glide, scripting::note_dimensions> changes{};
    };
    using Voices = std::span<fluid_voice_t* const>;

    Voices voices(int id) noexcept;
    Note* find(std::int32_t note_id) noexcept;
    [[nodiscard]] const Note* owner(const fluid_voice_t* voice) const noexcept;
    [[nodiscard]] bool stands_alone(const scripting::Event& event) noexcept;
    void add(const scripting::Event& event, unsigned int fluid_id) noexcept;
    void drop_ended() noexcept;
    void tell_silent(std::int32_t note_id) noexcept;
    [[nodiscard]] fluid_preset_t* preset_for(const scripting::Event& event) noexcept;
    void stop_plain(int channel, int key) noexcept;
    void shape(unsigned int fluid_id, const scripting::Event& event) noexcept;
    void hand_over() noexcept;
    void apply(Note& note, std::size_t dimension, float value) noexcept;

    fluid_synth_t* synth_;
    std::array<fluid_voice_t*, polyphony + 1> voices_{};
    std::array<Note, 2 * polyphony> notes_{};
    std::size_t count_ = 0;
    std::size_t gliding_ = 0;  ///< glides that run
    std::array<std::int32_t, std::size_t{4} * polyphony> silent_{};
    std::size_t silent_count_ = 0;
};

}  // namespace outboard::audio
