// Instrument: turns one track's events into sound. The engine knows nothing more of what makes the sound.
//
// Everything marked [rt] belongs to the audio thread (or to whoever calls process()). The figures may be read from any
// thread at any time.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scripting/event.h"
#include "scripting/script_slot.h"
#include "scripting/sysex.h"

namespace outboard::audio {

/// What arrived at an instrument and what it made of it. Counted at its input, independently of who sent it.
struct InstrumentFigures {
    std::uint64_t events = 0;         ///< all events that arrived
    std::uint64_t notes_started = 0;  ///< note-ons
    std::uint64_t notes_ended = 0;    ///< of these: ended by their own off, a choke, or sound_off
    std::uint64_t notes_hanging = 0;  ///< started and not ended yet: must be 0 when all has been played
    std::uint64_t stray_offs = 0;     ///< offs that no open note had
    std::uint64_t sysex_dropped = 0;  ///< system exclusive messages the instrument cannot take on the audio thread
};

class Instrument {
public:
    virtual ~Instrument() = default;

    /// [rt] Renders `frames` frames that begin at absolute sample `start`, overwriting both buffers. Events in time
    /// order; one that is too late (time < start) applies as soon as can be. Blocks follow each other without a gap;
    /// after a gap (start jumps) the sound simply goes on.
    virtual void process(std::int64_t start, std::uint32_t frames, std::span<const scripting::Event> events,
                         float* left, float* right) noexcept = 0;
    /// [rt] Program of a channel (0..15): bank 0..16383, program 0..127. Applied like an event at the first sample of
    /// the next process(), before that block's events.
    virtual void set_program(std::uint8_t channel, std::uint16_t bank, std::uint8_t program) noexcept = 0;
    /// [rt] Where the bytes of Kind::sysex events are looked up by their `blob`. Null: such events are dropped and
    /// counted. The source must live until another one is set (or the instrument ends).
    virtual void set_sysex_source(const scripting::SysexSource* source) noexcept = 0;
    /// [rt] After process(): the note_ids of the notes whose sound has ended since the last call; valid until the next
    /// call of anything. An instrument that does not know tells none.
    [[nodiscard]] virtual std::span<const std::int32_t> take_silent() noexcept { return {}; }
    /// [rt] All sound ends at once; open notes count as ended.
    virtual void sound_off() noexcept = 0;
    /// [rt] As new: sound off, controllers and programs back to the start, waiting events forgotten, figures zero.
    virtual void reset() noexcept = 0;

    /// [control] All its presets, as far as it has names for them.
    [[nodiscard]] virtual std::vector<scripting::Preset> presets() const { return {}; }
    /// Any thread. Name of the preset on a channel, e.g. "Electric Piano"; empty when there is none.
    [[nodiscard]] virtual std::string preset_name(std::uint8_t channel) const = 0;
    /// Any thread. Name of the preset on the channel that had the latest note (channel 1 before the first).
    [[nodiscard]] virtual std::string preset_name() const = 0;
    /// Any thread.
    [[nodiscard]] virtual InstrumentFigures figures() const noexcept = 0;
    [[nodiscard]] std::uint64_t notes_started() const noexcept { return figures().notes_started; }
    [[nodiscard]] std::uint64_t notes_ended() const noexcept { return figures().notes_ended; }
    [[nodiscard]] std::uint64_t notes_hanging() const noexcept { return figures().notes_hanging; }
    /// Any thread. Bit set of the keys (0..127) that are down on any channel.
    [[nodiscard]] virtual std::array<std::uint64_t, 2> keys_down() const noexcept = 0;
};

}  // namespace outboard::audio
