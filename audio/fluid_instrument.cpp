#include "audio/fluid_instrument.h"

#include <fluidsynth.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <stdexcept>

#include "audio/fluid_notes.h"
#include "audio/note_counter.h"
#include "audio/song.h"
#include "audio/soundfont_file.h"

namespace outboard::audio {
namespace {

using scripting::Event;
using scripting::Kind;

constexpr std::int64_t grid = 64;  ///< frames in FluidSynth's chunk (FLUID_BUFSIZE)
constexpr double gain = 0.2;       ///< FluidSynth's command line default

struct DeleteSettings {
    void operator()(fluid_settings_t* settings) const { delete_fluid_settings(settings); }
};
struct DeleteSynth {
    void operator()(fluid_synth_t* synth) const { delete_fluid_synth(synth); }
};
using SettingsPtr = std::unique_ptr<fluid_settings_t, DeleteSettings>;
using SynthPtr = std::unique_ptr<fluid_synth_t, DeleteSynth>;

/// FluidSynth would print to stderr, also on the audio thread. Errors are told by exceptions instead.
void silence_fluidsynth() {
    for (const int level : {FLUID_PANIC, FLUID_ERR, FLUID_WARN, FLUID_INFO, FLUID_DBG}) {
        fluid_set_log_function(level, nullptr, nullptr);
    }
}

SettingsPtr make_settings(double sample_rate) {
    if (!(sample_rate >= 8000 && sample_rate <= 96000)) {
        throw std::runtime_error(fmt::format(
            "The instrument cannot play at {} Hz; choose a sample rate between 8000 and 96000.", sample_rate));
    }
    SettingsPtr settings(new_fluid_settings());
    if (!settings) {
        throw std::runtime_error("FluidSynth could not be started: out of memory.");
    }
    fluid_settings_setnum(settings.get(), "synth.sample-rate", sample_rate);
    fluid_settings_setnum(settings.get(), "synth.gain", gain);
    fluid_settings_setint(settings.get(), "synth.polyphony", FluidNotes::polyphony);
    fluid_settings_setint(settings.get(), "synth.cpu-cores", 1);
    // Off, all three: each of them would allocate or lock on the audio thread.
    fluid_settings_setint(settings.get(), "synth.reverb.active", 0);
    fluid_settings_setint(settings.get(), "synth.chorus.active", 0);
    fluid_settings_setint(settings.get(), "synth.threadsafe-api", 0);
    return settings;
}

void load_soundfont(fluid_synth_t* synth, const std::string& path) {
    check_soundfont_file(path);
    if (fluid_synth_sfload(synth, path.c_str(), 1) == FLUID_FAILED) {
        throw std::runtime_error(fmt::format("{}: the SoundFont is damaged; fetch it again.", path));
    }
}

std::vector<scripting::Preset> read_presets(fluid_synth_t* synth) {
    std::vector<scripting::Preset> presets;
    fluid_sfont_t* const font = fluid_synth_get_sfont(synth, 0);
    fluid_sfont_iteration_start(font);
    while (fluid_preset_t* const preset = fluid_sfont_iteration_next(font)) {
        presets.push_back({fluid_preset_get_name(preset), static_cast<std::uint16_t>(fluid_preset_get_banknum(preset)),
                           static_cast<std::uint8_t>(fluid_preset_get_num(preset))});
    }
    return presets;
}

std::int64_t next_grid_point(std::int64_t sample) {
    return (sample + grid - 1) / grid * grid;
}

/// Whether FluidSynth handles a message without allocating. Its tuning messages make new tunings.
bool is_sysex_rt_safe(std::span<const std::uint8_t> bytes) {
    constexpr std::uint8_t non_realtime = 0x7E, realtime = 0x7F, tuning = 0x08;
    if (bytes.size() < 3 || bytes.front() != 0xF0 || bytes.back() != 0xF7) {
        return false;  // a part of a message, or bytes that are none
    }
    return !(bytes.size() > 3 && (bytes[1] == non_realtime || bytes[1] == realtime) && bytes[3] == tuning);
}

}  // namespace

struct FluidInstrument::State {
    SettingsPtr settings;
    SynthPtr synth;
    const scripting::SysexSource* sysex_source = nullptr;
    std::int64_t phase = 0;   ///< frames taken from FluidSynth so far, modulo the grid
    std::int64_t sample = 0;  ///< the absolute sample that is rendered next
    std::optional<FluidNotes> notes;

    std::vector<scripting::Preset> all_presets;
    NoteCounter counter;
    std::atomic<std::uint64_t> events{0}, sysex_dropped{0};
    std::array<std::atomic<const char*>, 16> presets{};  ///< names inside the loaded font
    std::atomic<std::uint8_t> latest_channel{0};

    void render(std::int64_t frames, float*& left, float*& right);
    void align(std::int64_t start);
    void apply(const Event& event);
    void sysex(const Event& event);
    void note_preset(int channel);
    void note_presets();
};

FluidInstrument::FluidInstrument(const std::string& soundfont, double sample_rate) : state_(std::make_unique<State>()) {
    silence_fluidsynth();
    state_->settings = make_settings(sample_rate);
    state_->synth.reset(new_fluid_synth(state_->settings.get()));
    if (!state_->synth) {
        throw std::runtime_error("FluidSynth could not be started: out of memory.");
    }
    load_soundfont(state_->synth.get(), soundfont);
    state_->all_presets = read_presets(state_->synth.get());
    state_->notes.emplace(state_->synth.get());
    state_->note_presets();
}

FluidInstrument::~FluidInstrument() = default;

// FluidSynth computes a chunk of 64 frames when its first frame is asked for, and a message touches only the chunks
// that have not been computed. So an event between two grid points may be handed over at once: it sounds from the
// next grid point on, also when that lies behind this block, and nothing has to wait.
//
// Chunks are asked for one by one: FluidSynth returns voices that have ended once per call, and the order in which
// it adds up the others depends on that.
void FluidInstrument::process(std::int64_t start, std::uint32_t frames, std::span<const Event> events, float* left,
                              float* right) noexcept {
    State& state = *state_;
    state.align(start);
    const std::int64_t end = start + frames;
    std::int64_t at = start;
    for (const Event& event : events) {
        const std::int64_t point = std::min(next_grid_point(std::max(event.time, at)), end);
        state.render(point - at, left, right);
        at = point;
        state.counter.take(event);
        state.apply(event);
    }
    state.render(end - at, left, right);
    state.events.store(state.events.load(std::memory_order_relaxed) + events.size(), std::memory_order_relaxed);
}

/// Brings FluidSynth's chunks onto the absolute grid: at the first block, and after a gap in time.
void FluidInstrument::State::align(std::int64_t start) {
    std::array<float, grid> left_over{};
    float* left = left_over.data();
    float* right = left_over.data();
    const std::int64_t missing = (start % grid - phase + grid) % grid;
    sample = start - missing;
    render(missing, left, right);
}

void FluidInstrument::State::render(std::int64_t frames, float*& left, float*& right) {
    while (frames > 0) {
        const std::int64_t count = std::min(frames, grid - phase);
        if (phase == 0) {
            notes->advance(sample);
        }
        fluid_synth_write_float(synth.get(), static_cast<int>(count), left, 0, 1, right, 0, 1);
        left += count;
        right += count;
        frames -= count;
        phase = (phase + count) % grid;
        sample += count;
    }
}

void FluidInstrument::State::apply(const Event& event) {
    fluid_synth_t* const fluid = synth.get();
    const int channel = event.channel & 0x0F;
    const int first = event.data[1] & 0x7F;
    const int second = event.data[2] & 0x7F;
    switch (event.kind) {
        case Kind::note_on:
            notes->note_on(event);
            latest_channel.store(static_cast<std::uint8_t>(channel), std::memory_order_relaxed);
            break;
        case Kind::note_off:
            notes->note_off(event);
            break;
        case Kind::choke:
            notes->choke(event);
            break;
        case Kind::note_change:
            notes->change(event);
            break;
        case Kind::setting:
            notes->setting(event);
            if (event.data[0] == static_cast<std::uint8_t>(scripting::Setting::program)) {
                note_presets();
            }
            break;
        case Kind::poly_pressure:
            fluid_synth_key_pressure(fluid, channel, first, second);
            break;
        case Kind::control_change:
            fluid_synth_cc(fluid, channel, first, second);
            break;
        case Kind::program_change:
            fluid_synth_program_change(fluid, channel, first);
            note_preset(channel);
            break;
        case Kind::channel_pressure:
            fluid_synth_channel_pressure(fluid, channel, first);
            break;
        case Kind::pitch_bend:
            fluid_synth_pitch_bend(fluid, channel, second << 7 | first);
            break;
        case Kind::sysex:
            sysex(event);
            break;
        case Kind::note_expression:  // the notes' own expression comes from the script that plays them
        case Kind::note_end:
        case Kind::none:
            break;
    }
}

void FluidInstrument::State::sysex(const Event& event) {
    const std::span<const std::uint8_t> bytes =
        sysex_source != nullptr ? sysex_source->sysex(event.blob) : std::span<const std::uint8_t>{};
    if (!is_sysex_rt_safe(bytes)) {
        sysex_dropped.store(sysex_dropped.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        return;
    }
    const auto body = bytes.subspan(1, bytes.size() - 2);
    fluid_synth_sysex(synth.get(), reinterpret_cast<const char*>(body.data()), static_cast<int>(body.size()), nullptr,
                      nullptr, nullptr, 0);
    note_presets();
}

void FluidInstrument::State::note_preset(int channel) {
    fluid_preset_t* const preset = fluid_synth_get_channel_preset(synth.get(), channel);
    presets[static_cast<std::size_t>(channel)].store(preset != nullptr ? fluid_preset_get_name(preset) : nullptr,
                                                     std::memory_order_release);
}

void FluidInstrument::State::note_presets() {
    for (int channel = 0; channel < 16; ++channel) {
        note_preset(channel);
    }
}

void FluidInstrument::set_program(std::uint8_t channel, std::uint16_t bank, std::uint8_t program) noexcept {
    if (channel < 16) {
        fluid_synth_bank_select(state_->synth.get(), channel, bank & 0x3FFF);
        fluid_synth_program_change(state_->synth.get(), channel, program & 0x7F);
        state_->note_preset(channel);
    }
}

void FluidInstrument::set_sysex_source(const scripting::SysexSource* source) noexcept {
    state_->sysex_source = source;
}

std::span<const std::int32_t> FluidInstrument::take_silent() noexcept {
    return state_->notes->take_silent();
}

void FluidInstrument::sound_off() noexcept {
    fluid_synth_all_sounds_off(state_->synth.get(), -1);
    state_->notes->forget_all();
    state_->counter.end_all();
}

void FluidInstrument::reset() noexcept {
    fluid_synth_system_reset(state_->synth.get());
    state_->note_presets();
    state_->notes->forget_all();
    state_->counter.reset();
    state_->events.store(0, std::memory_order_relaxed);
    state_->sysex_dropped.store(0, std::memory_order_relaxed);
}

std::vector<scripting::Preset> FluidInstrument::presets() const {
    return state_->all_presets;
}

std::string FluidInstrument::preset_name(std::uint8_t channel) const {
    const char* const name = state_->presets[channel & 0x0F].load(std::memory_order_acquire);
    return name != nullptr ? name : "";
}

std::string FluidInstrument::preset_name() const {
    return preset_name(state_->latest_channel.load(std::memory_order_relaxed));
}

InstrumentFigures FluidInstrument::figures() const noexcept {
    const NoteCounter& counter = state_->counter;
    InstrumentFigures figures;
    figures.events = state_->events.load(std::memory_order_relaxed);
    figures.notes_started = counter.started();
    figures.notes_ended = counter.ended();
    figures.notes_hanging = counter.hanging();
    figures.stray_offs = counter.stray_offs();
    figures.sysex_dropped = state_->sysex_dropped.load(std::memory_order_relaxed);
    return figures;
}

std::array<std::uint64_t, 2> FluidInstrument::keys_down() const noexcept {
    return state_->counter.keys_down();
}

}  // namespace outboard::audio
