#include "audio/fluid_notes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ipc/realtime.h"

namespace outboard::audio {
namespace {

using scripting::Event;
using scripting::NoteDimension;

/// Ids of ours begin here. FluidSynth counts its own from 0; get_voicelist() takes no negative ones.
constexpr unsigned int own_ids = 1U << 30;
constexpr float fade_floor_db = -60;  ///< where a fade to or from silence ends or begins

/// A generator of a voice, and how much of it one unit of a change is. `times`: the change is a factor, and doubling
/// adds an octave of 1200 cents.
struct Generator {
    int generator;
    float factor;
    float middle = 0;  ///< the value that changes nothing
    bool times = false;

    [[nodiscard]] float offset(float value) const noexcept {
        return times ? factor * std::log2(value) : factor * (value - middle);
    }
};
constexpr std::array<Generator, scripting::note_dimensions> generators{{
    {GEN_FINETUNE, 100},         // cents
    {GEN_ATTENUATION, -10},      // centibels
    {GEN_PAN, 500},              // tenths of a percent
    {GEN_VIBLFOTOPITCH, 50},     // the vibrato that the SoundFont standard gives to pressure on a channel, in cents
    {GEN_FILTERFC, 9600, 0.5F},  // cents
    {GEN_FILTERFC, 1200},
    {GEN_FILTERQ, 10},  // centibels
    {GEN_VOLENVATTACK, 1200, 1, true},
    {GEN_VOLENVDECAY, 1200, 1, true},
    {GEN_VOLENVRELEASE, 1200, 1, true},
    {GEN_VIBLFOTOPITCH, 1},
    {GEN_VIBLFOFREQ, 1200, 1, true},
}};
/// The settings that are generators follow each other as the dimensions of the same names do.
constexpr std::size_t first_generator_setting = static_cast<std::size_t>(NoteDimension::filter_cutoff);
static_assert(first_generator_setting + static_cast<std::size_t>(scripting::Setting::vibrato_rate) ==
              static_cast<std::size_t>(NoteDimension::vibrato_rate));
constexpr std::uint8_t drum_channel = 9;

bool is_volume(std::size_t dimension) noexcept {
    return dimension == static_cast<std::size_t>(NoteDimension::volume);
}

}  // namespace

float FluidNotes::Glide::at(std::int64_t sample, bool decibels) const noexcept {
    if (sample >= end) {
        return to;
    }
    const double part = sample <= start ? 0 : static_cast<double>(sample - start) / static_cast<double>(end - start);
    const double low = decibels ? std::max(from, fade_floor_db) : from;
    const double high = decibels ? std::max(to, fade_floor_db) : to;
    return static_cast<float>(low + (high - low) * part);
}

FluidNotes::Voices FluidNotes::voices(int id) noexcept {
    voices_[0] = nullptr;
    fluid_synth_get_voicelist(synth_, voices_.data(), static_cast<int>(voices_.size()), id);
    return {voices_.begin(), std::find(voices_.begin(), voices_.end() - 1, nullptr)};
}

FluidNotes::Note* FluidNotes::find(std::int32_t note_id) noexcept {
    const auto end = notes_.begin() + static_cast<std::ptrdiff_t>(count_);
    const auto note = std::find_if(notes_.begin(), end, [&](const Note& n) { return n.note_id == note_id; });
    return note_id < 0 || note == end ? nullptr : &*note;
}

const FluidNotes::Note* FluidNotes::owner(const fluid_voice_t* voice) const noexcept {
    const unsigned int id = fluid_voice_get_id(voice);
    for (std::size_t i = 0; i < count_; ++i) {
        if (notes_[i].fluid_id == id) {
            return &notes_[i];
        }
    }
    return nullptr;
}

/// Whether no other note that is held on its key minds the way of plain MIDI: for a plain note no script's own, for a
/// script's own none at all. Asks the voices, which end at the same sample at every block size.
bool FluidNotes::stands_alone(const Event& event) noexcept {
    for (fluid_voice_t* const voice : voices(-1)) {
        if (fluid_voice_is_on(voice) == 0 || fluid_voice_get_channel(voice) != event.channel ||
            fluid_voice_get_key(voice) != event.data[1]) {
            continue;
        }
        const Note* const note = owner(voice);
        const bool same = note != nullptr && note->note_id == event.note_id && event.note_id >= 0;
        if (!same && (event.played || (note != nullptr && note->played))) {
            return false;
        }
    }
    return true;
}

void FluidNotes::drop_ended() noexcept {
    const Voices playing = voices(-1);
    const auto sounds = [&](const Note& note) {
        return std::any_of(playing.begin(), playing.end(),
                           [&](const fluid_voice_t* voice) { return fluid_voice_get_id(voice) == note.fluid_id; });
    };
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        if (sounds(notes_[i])) {
            notes_[kept++] = notes_[i];
        } else {
            tell_silent(notes_[i].note_id);
        }
    }
    count_ = kept;
}

void FluidNotes::tell_silent(std::int32_t note_id) noexcept {
    if (note_id >= 0 && silent_count_ < silent_.size()) {
        silent_[silent_count_++] = note_id;
    }
}

std::span<const std::int32_t> FluidNotes::take_silent() noexcept {
    if (count_ > 0) {
        drop_ended();
    }
    return {silent_.data(), std::exchange(silent_count_, 0)};
}

void FluidNotes::add(const Event& event, unsigned int fluid_id) noexcept {
    if (event.note_id < 0) {
        return;  // nobody can name it later
    }
    if (count_ == notes_.size()) {
        drop_ended();  // each note that is left has one of the voices: half of the table is free
    }
    Note& note = notes_[count_++];
    note = Note{};
    note.note_id = event.note_id;
    note.fluid_id = fluid_id;
    note.channel = event.channel;
    note.key = event.data[1];
    note.played = event.played;
    for (std::size_t dimension = 0; dimension < note.changes.size(); ++dimension) {
        note.changes[dimension].to = generators[dimension].middle;
    }
}

fluid_preset_t* FluidNotes::preset_for(const Event& event) noexcept {
    if (event.preset >= 0) {
        fluid_sfont_t* const font = fluid_synth_get_sfont(synth_, 0);
        fluid_preset_t* const wanted =
            font != nullptr ? fluid_sfont_get_preset(font, event.preset / 128, event.preset % 128) : nullptr;
        if (wanted != nullptr) {
            return wanted;
        }
    }
    return fluid_synth_get_channel_preset(synth_, event.channel);
}

/// What plain MIDI ends on a key: everything but the notes that are a script's own.
void FluidNotes::stop_plain(int channel, int key) noexcept {
    for (fluid_voice_t* const voice : voices(-1)) {
        const Note* const note = owner(voice);
        if (fluid_voice_get_channel(voice) == channel && fluid_voice_get_key(voice) == key &&
            (note == nullptr || !note->played)) {
            fluid_synth_stop(synth_, fluid_voice_get_id(voice));
        }
    }
}

void FluidNotes::note_on(const Event& event) noexcept {
    const int channel = event.channel, key = event.data[1], velocity = event.data[2];
    unsigned int id = own_ids | (static_cast<unsigned int>(event.note_id) & (own_ids - 1));
    bool sounds = false;
    if (event.preset < 0 && stands_alone(event)) {
        fluid_synth_noteon(synth_, channel, key, velocity);
        for (fluid_voice_t* const voice : voices(-1)) {
            if (fluid_voice_is_on(voice) != 0 && fluid_voice_get_channel(voice) == channel &&
                fluid_voice_get_key(voice) == key) {
                id = sounds ? std::max(id, fluid_voice_get_id(voice)) : fluid_voice_get_id(voice);
                sounds = true;
            }
        }
    } else {
        if (!event.played) {
            stop_plain(channel, key);
        }
        if (fluid_preset_t* const preset = preset_for(event)) {
            const ipc::AllowedSystemCall settings_mutex;
            fluid_synth_start(synth_, id, preset, 0, channel, key, std::max(velocity, 1));
        }
        sounds = !voices(static_cast<int>(id)).empty();
    }
    if (!sounds) {
        tell_silent(event.note_id);  // the preset has nothing on this key
        return;
    }
    add(event, id);
    shape(id, event);
}

/// What a note brings with it, before its first chunk.
void FluidNotes::shape(unsigned int fluid_id, const Event& event) noexcept {
    if (event.tuning == 0 && event.sample_start == 0) {
        return;
    }
    for (fluid_voice_t* const voice : voices(static_cast<int>(fluid_id))) {
        if (event.tuning != 0) {
            fluid_voice_gen_incr(voice, GEN_FINETUNE, 100 * event.tuning);
            fluid_voice_update_param(voice, GEN_FINETUNE);
        }
        if (event.sample_start != 0) {
            constexpr std::uint32_t coarse = 32768;
            fluid_voice_gen_incr(voice, GEN_STARTADDROFS, static_cast<float>(event.sample_start % coarse));
            fluid_voice_gen_incr(voice, GEN_STARTADDRCOARSEOFS,
                                 static_cast<float>(std::min(event.sample_start / coarse, coarse - 1)));
            fluid_voice_update_param(voice, GEN_STARTADDROFS);
        }
    }
    hand_over();
}

/// FluidSynth's own note-off ends whatever sounds on a key, so it serves only where nothing there would mind.
void FluidNotes::note_off(const Event& event) noexcept {
    const int channel = event.channel, key = event.data[1];
    if (event.played) {
        Note* const note = find(event.note_id);
        if (note == nullptr || !note->down) {
            return;
        }
        note->down = false;
        if (note->fluid_id >= own_ids || !stands_alone(event)) {
            fluid_synth_stop(synth_, note->fluid_id);
        } else {
            fluid_synth_noteoff(synth_, channel, key);
        }
        return;
    }
    if (stands_alone(event)) {
        fluid_synth_noteoff(synth_, channel, key);
        return;
    }
    stop_plain(channel, key);
}

void FluidNotes::choke(const Event& event) noexcept {
    const Note* const asked = find(event.note_id);
    if (event.played && asked == nullptr) {
        return;
    }
    for (fluid_voice_t* const voice : voices(-1)) {
        const Note* const note = owner(voice);
        const bool mine = asked != nullptr
                              ? note == asked
                              : fluid_voice_get_channel(voice) == event.channel &&
                                    fluid_voice_get_key(voice) == event.data[1] && (note == nullptr || !note->played);
        if (mine) {
            fluid_voice_gen_set(voice, GEN_ATTENUATION, 1440.0F);
            fluid_voice_update_param(voice, GEN_ATTENUATION);
            fluid_voice_gen_set(voice, GEN_VOLENVRELEASE, -12000.0F);
            fluid_voice_update_param(voice, GEN_VOLENVRELEASE);
        }
    }
    hand_over();
    note_off(event);
}

void FluidNotes::change(const Event& event) noexcept {
    Note* const note = find(event.note_id);
    const std::size_t dimension = event.data[0];
    if (note == nullptr || dimension >= scripting::note_dimensions) {
        return;
    }
    Glide& glide = note->changes[dimension];
    const float here = glide.at(event.time, is_volume(dimension));
    gliding_ += glide.running ? 0 : 1;
    glide.from = here;
    glide.to = event.value;
    glide.start = event.time;
    glide.end = event.until;
    glide.running = true;
}

void FluidNotes::advance(std::int64_t sample) noexcept {
    if (gliding_ == 0) {
        return;
    }
    gliding_ = 0;
    for (Note& note : std::span(notes_).first(count_)) {
        for (std::size_t dimension = 0; dimension < note.changes.size(); ++dimension) {
            Glide& glide = note.changes[dimension];
            if (glide.running) {
                apply(note, dimension, glide.at(sample, is_volume(dimension)));
                glide.running = sample < glide.end;
                gliding_ += glide.running ? 1 : 0;
            }
        }
    }
    hand_over();
}

/// Changes of a voice wait in FluidSynth until the next call that is not of a voice: this is one, and does nothing
/// else.
void FluidNotes::hand_over() noexcept {
    (void)fluid_synth_get_active_voice_count(synth_);
}

void FluidNotes::apply(Note& note, std::size_t dimension, float value) noexcept {
    const Generator& by = generators[dimension];
    const float before = note.changes[dimension].applied;
    const float now = by.offset(value);
    if (now == before) {
        return;
    }
    note.changes[dimension].applied = now;
    for (fluid_voice_t* const voice : voices(static_cast<int>(note.fluid_id))) {
        fluid_voice_gen_incr(voice, by.generator, now - before);
        fluid_voice_update_param(voice, by.generator);
    }
}

void FluidNotes::setting(const Event& event) noexcept {
    const std::size_t index = event.data[0];
    if (index == static_cast<std::size_t>(scripting::Setting::program)) {
        const int number = static_cast<int>(event.value);
        for (std::uint8_t channel = 0; channel < 16; ++channel) {
            if ((channel == drum_channel) == (event.channel == drum_channel)) {
                fluid_synth_bank_select(synth_, channel, number / 128);
                fluid_synth_program_change(synth_, channel, number % 128);
            }
        }
    } else if (first_generator_setting + index < generators.size()) {
        const Generator& by = generators[first_generator_setting + index];
        for (int channel = 0; channel < 16; ++channel) {
            fluid_synth_set_gen(synth_, channel, by.generator, by.offset(event.value));
        }
    }
}

void FluidNotes::forget_all() noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
        tell_silent(notes_[i].note_id);
    }
    count_ = 0;
    gliding_ = 0;
}

}  // namespace outboard::audio
