// FluidInstrument: one FluidSynth synthesizer playing one SoundFont. Reverb and chorus are off, gain is FluidSynth's
// own 0.2, channel 10 has the drums.
//
// FluidSynth computes chunks of 64 frames. An event is applied at ceil(t / 64) * 64 on the absolute sample grid, and
// the render is split there; so the samples are the same at every block size. Per-note tuning (Event::tuning) and
// changes of single notes (Kind::note_change) are played; fluid_notes.h says how.
//
// Cost: about 20 ms to make (the presets are read; the samples are shared by all instruments of one font). process()
// neither allocates nor locks.
#pragma once

#include <memory>
#include <string>

#include "audio/instrument.h"
#include "audio/soundfont_file.h"

namespace outboard::audio {

class FluidInstrument final : public Instrument {
public:
    /// [control] `sample_rate` in Hz, 8000..96000. Throws std::runtime_error with a sentence when the SoundFont is
    /// missing or damaged.
    FluidInstrument(const std::string& soundfont, double sample_rate);
    ~FluidInstrument() override;

    void process(std::int64_t start, std::uint32_t frames, std::span<const scripting::Event> events, float* left,
                 float* right) noexcept override;
    void set_program(std::uint8_t channel, std::uint16_t bank, std::uint8_t program) noexcept override;
    void set_sysex_source(const scripting::SysexSource* source) noexcept override;
    [[nodiscard]] std::span<const std::int32_t> take_silent() noexcept override;
    void sound_off() noexcept override;
    void reset() noexcept override;
    [[nodiscard]] std::vector<scripting::Preset> presets() const override;
    [[nodiscard]] std::string preset_name(std::uint8_t channel) const override;
    [[nodiscard]] std::string preset_name() const override;
    [[nodiscard]] InstrumentFigures figures() const noexcept override;
    [[nodiscard]] std::array<std::uint64_t, 2> keys_down() const noexcept override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace outboard::audio
