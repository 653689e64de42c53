// Processor: the audio thread's half of the engine. One process() is one callback; commands come in through a queue,
// what displays need goes out through atomics.
//
// Life of a callback: commands · live input · then block by block: song → tracks → scripts (all posted, then collected
// in turn) → instruments → sound through scripts that process it → mix · master, capture, probes. See ARCHITECTURE.md
// for the same as a picture.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "audio/capture.h"
#include "audio/command.h"
#include "audio/cycle_clock.h"
#include "audio/engine.h"
#include "audio/layer_probe.h"
#include "audio/live_input.h"
#include "audio/midi_capture.h"
#include "audio/room.h"
#include "audio/script_budget.h"
#include "audio/sequencer.h"
#include "ipc/realtime.h"
#include "scripting/spsc_queue.h"

namespace outboard::audio {

/// Written by the audio thread at the end of each callback; each number is right by itself.
struct Published {
    std::atomic<std::uint64_t> blocks{0}, callbacks{0}, xruns{0};
    std::atomic<std::int64_t> sample{0};
    std::atomic<std::uint32_t> frames{0};
    std::atomic<bool> playing{false}, song_ended{false}, loop{false};
    std::atomic<double> tempo{120}, song_beat{0};
    std::atomic<int> bar{1}, beat{1}, tick{0}, numerator{4}, denominator{4};
    std::atomic<std::uint64_t> tracks_taken{0}, song_taken{0};  ///< generations that the audio thread now holds
    std::atomic<bool> idle{true};
};

class Processor final : public scripting::SysexSource {
public:
    /// [control]
    explicit Processor(const Engine::Options& options);

    /// [rt] See Engine::process.
    void process(float* out, std::uint32_t frames) noexcept OUTBOARD_NONBLOCKING;
    /// [rt]
    void finish_next_block() noexcept { finish_ = true; }
    /// [rt]
    void run_instruments(bool run) noexcept { instruments_run_ = run; }

    // ---- control side ---------------------------------------------------------------------------------------
    /// False: the queue is full; try again after the next callback.
    bool send(const Command& command) noexcept { return commands_.push(command); }
    LiveInput live;
    Published published;
    PeakMeter left_peak, right_peak;
    std::atomic<Capture*> capture{nullptr};
    std::atomic<MidiCapture*> midi_capture{nullptr};
    /// Whether a process() is under way. With `capture` or `midi_capture` set to null before, false means that nobody
    /// uses it any more.
    [[nodiscard]] bool busy() const noexcept { return busy_.load(std::memory_order_seq_cst); }
    /// Callback, sequencer, scripting, instruments, mix or rest: what the audio thread measures itself.
    [[nodiscard]] const LayerProbe& probe(Layer layer) const noexcept;
    void reset_probes() noexcept;

private:
    using Entries = std::span<const TrackEntry>;
    struct Taker;

    void callback(float* out, std::uint32_t frames, std::int64_t now) noexcept;
    void take_commands() noexcept;
    void take_tracks(const TrackList& list) noexcept;
    void take_parameter(const command::SetParameter& command) noexcept;
    [[nodiscard]] bool any_leaving() const noexcept;
    void block(float* out, std::uint32_t frames, std::int64_t deadline_ns) noexcept;
    void gather(std::uint32_t frames) noexcept;
    void post_scripts(std::uint32_t frames) noexcept;
    void collect(const TrackEntry& entry, std::int64_t deadline_ns) noexcept;
    void render(const TrackEntry& entry, std::uint32_t frames) noexcept;
    void post_audio(const TrackEntry& entry) noexcept;
    void collect_audio() noexcept;
    void mix(float* out, std::uint32_t frames) noexcept;
    void settle() noexcept;
    void publish(std::uint32_t frames) noexcept;
    void record(std::int64_t callback_ns, double period_ns) noexcept;
    [[nodiscard]] std::int64_t deadline(std::uint32_t done, std::uint32_t frames, std::uint32_t total) const noexcept;
    [[nodiscard]] const TrackEntry* find(std::uint32_t track) const noexcept;
    [[nodiscard]] Entries entries() const noexcept;
    [[nodiscard]] std::array<LayerProbe*, 6> probes() noexcept;

    struct ParameterChange {
        std::uint32_t track;
        std::uint32_t index;
        double value;
    };

    /// The bytes of what comes in: from the song, or from a MIDI port.
    [[nodiscard]] std::span<const std::uint8_t> sysex(std::uint32_t blob) const noexcept override;

    const double rate_;
    const std::uint32_t max_frames_, block_frames_;
    const bool offline_, pipelined_;

    scripting::SpscQueue<Command> commands_{4096};
    std::atomic<bool> busy_{false};
    const TrackList* tracks_ = nullptr;
    const Song* song_ = nullptr;
    std::optional<std::uint32_t> armed_;
    std::array<ParameterChange, 256> parameters_{};
    std::size_t parameter_count_ = 0;

    ScriptBudget budget_;
    Sequencer sequencer_;
    scripting::ClockMap clock_;
    EventList song_events_{4096};
    Room room_;
    GainStage master_;
    std::int64_t sample_ = 0;          ///< engine time at the start of the block
    std::int64_t callback_start_ = 0;  ///< ns
    CycleClock cycle_;
    std::int64_t next_block_ns_ = 0;  ///< when the block after this one is due; 0: unknown
    std::int64_t callback_sample_ = 0;
    std::int64_t second_ = 0;
    std::uint64_t block_number_ = 0;
    bool finish_ = false;
    bool idle_ = true;
    bool instruments_run_ = true;

    struct Laps {
        std::int64_t sequencer = 0, scripting = 0, instruments = 0, mix = 0;
    };
    Laps laps_;  ///< of this callback
    LayerProbe callback_probe_, sequencer_probe_, scripting_probe_, instruments_probe_, mix_probe_, rest_probe_;
};

}  // namespace outboard::audio
