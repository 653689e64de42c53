// Track: what the audio thread keeps of one track: input filter, script slot, mixer strip, ledger and probes.
//
// Made and destroyed by the control side; everything marked [rt] belongs to the audio thread while the track is in a
// list that it holds.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/event_list.h"
#include "audio/instrument.h"
#include "audio/layer_probe.h"
#include "audio/midi_ports.h"
#include "audio/mixer.h"
#include "audio/room.h"
#include "audio/session.h"
#include "scripting/script_host.h"

namespace outboard::audio {

/// The part of TrackSettings that the audio thread needs, without strings.
struct TrackControls {
    explicit TrackControls(const TrackSettings& settings) noexcept;

    std::optional<std::uint8_t> port;
    std::uint16_t channels = 0xFFFF;
    bool from_song = true, from_keyboard = true, mute = false, solo = false;
    double gain_db = 0, pan = 0, send = 0;
    std::optional<std::uint16_t> bank;
    std::optional<std::uint8_t> program;
};

enum class Source : std::uint8_t { song, live };

class Track final : public scripting::SysexSource {
public:
    /// Events that a track may hear in one block: all that sequencer and live input can bring.
    static constexpr std::size_t input_capacity = 8192;

    /// [control] Makes the slot in the host, which outlives the track.
    Track(std::uint32_t id, scripting::ScriptHost& host, const TrackSettings& settings, std::uint32_t max_block);
    ~Track() override;
    Track(const Track&) = delete;
    Track& operator=(const Track&) = delete;

    [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
    [[nodiscard]] scripting::ScriptSlot& slot() noexcept { return slot_; }

    // ---- audio thread, in the order of a block --------------------------------------------------------------
    /// What the user has moved counts from now on, whatever a script has set before.
    void set_controls(const TrackControls& controls) noexcept;
    /// The user has moved the fader or the pan, be it to where he had set it before a script moved it.
    void move_strip(scripting::Setting what, double value) noexcept;
    [[nodiscard]] const TrackControls& controls() const noexcept { return controls_; }
    /// Sends the track's own program, if it has one, to all its channels (drums only where it hears nothing else).
    void choose_program(Instrument& instrument) const noexcept;
    /// Takes an event that the filter lets in. An end always follows the beginning that was let in, also when the
    /// filter has changed in between.
    void hear(const scripting::Event& event, Source source, bool armed) noexcept;
    /// An event of the song that lies in the block after this one.
    void foresee(const scripting::Event& event) noexcept;
    void begin(const scripting::BlockInfo& block, bool leaving) noexcept;
    void push() noexcept;
    void collect(std::int64_t deadline_ns) noexcept;
    /// The bytes of a system exclusive event of the output.
    [[nodiscard]] std::span<const std::uint8_t> sysex(std::uint32_t blob) const noexcept override {
        return slot_.sysex(blob);
    }
    /// What goes to the instrument in this block.
    [[nodiscard]] std::span<const scripting::Event> output() const noexcept { return output_; }
    void send_midi(MidiOutput& port, double start_ns, std::int64_t start, double sample_rate) const noexcept;
    void render(Instrument& instrument, std::int64_t start, std::uint32_t frames, bool leaving) noexcept;
    /// In the place of render() where no instrument runs: a note's sound ends with its off.
    void render_nothing() noexcept;
    /// The sound on its way through a script that processes it: to the child, and what has come back.
    void post_audio() noexcept { slot_.post_audio(left_.data(), right_.data()); }
    void collect_audio() noexcept { slot_.collect_audio(left_.data(), right_.data()); }
    void mix(float* out, Room& room, std::int64_t start, std::uint32_t frames, bool silent) noexcept;
    /// At the end of a block: publishes what still sounds although nothing is pending.
    void settle(const Instrument& instrument) noexcept;
    void forget_keys() noexcept;
    void end_callback(double period_ns) noexcept;
    void next_second() noexcept;

    bool panic = false;  ///< [rt] for the next begin

    // ---- any thread -----------------------------------------------------------------------------------------
    void set_scripted(bool scripted) noexcept { scripted_.store(scripted, std::memory_order_relaxed); }
    [[nodiscard]] bool scripted() const noexcept { return scripted_.load(std::memory_order_relaxed); }
    /// The host input ledger: events that this track let in, counted before anybody else has them.
    [[nodiscard]] std::uint64_t events_heard() const noexcept { return heard_.load(std::memory_order_acquire); }
    [[nodiscard]] std::uint64_t notes_hanging() const noexcept { return hanging_.load(std::memory_order_acquire); }
    /// One of strip_settings, as user or script have moved it last.
    [[nodiscard]] double strip(scripting::Setting what) const noexcept {
        return strip_[place_of(what)].load(std::memory_order_relaxed);
    }
    /// The control side calls it ahead of a move_strip(), so that nobody sees the value of before once more.
    void show_strip(scripting::Setting what, double value) noexcept {
        strip_[place_of(what)].store(value, std::memory_order_relaxed);
    }
    PeakMeter left_peak, right_peak;
    LayerProbe instruments, mixing;

private:
    static constexpr std::size_t place_of(scripting::Setting what) noexcept {
        return static_cast<std::size_t>(what) - static_cast<std::size_t>(strip_settings[0]);
    }
    void tell_settings() noexcept;
    [[nodiscard]] bool lets_in(const scripting::Event& event, Source source, bool armed) const noexcept;

    std::uint32_t id_;
    scripting::ScriptHost& host_;
    scripting::ScriptSlot& slot_;
    TrackControls controls_;
    EventList input_{input_capacity};
    EventList kept_;  ///< used by the test build with faults only
    std::span<const scripting::Event> output_;
    std::vector<float> left_, right_;
    GainStage gain_, to_room_;
    std::array<std::atomic<double>, strip_settings.size()> strip_{};
    std::array<std::array<std::uint8_t, 16 * 128>, 2> down_{};  ///< by source: how often a key was let in
    std::int64_t instruments_ns_ = 0, mix_ns_ = 0;              ///< in this callback
    std::atomic<bool> scripted_{false};
    std::atomic<std::uint64_t> heard_{0}, hanging_{0};
};

}  // namespace outboard::audio
