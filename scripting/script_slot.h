// ScriptSlot: one track's place for a script. The facade that an audio engine calls.
//
// In every block, on the audio thread:
//
//     for (slot : slots) slot.begin(block);            // links exchanged, late answers fetched
//     for (event : input) slot.push(event);            // in time order
//     for (event : next block) slot.foresee(kind);     // what is known of it
//     for (slot : slots) slot.post();                  // children run side by side
//     for (slot : slots) slot.tick(next_block_ns);     // so that they are awake if the next block calls them
//     for (slot : slots) output = slot.collect(deadline);
//     for (slot : slots) slot.post_audio(sound);       // of its instrument, for scripts that process it
//     for (slot : slots) slot.collect_audio(sound);
//
// An empty slot passes everything through the same ledger of key presses, so that every track behaves alike and
// every note that was started gets its end, whatever happens to the child.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ipc/probe.h"
#include "scripting/clock_map.h"
#include "scripting/event.h"
#include "scripting/late_windows.h"
#include "scripting/sysex.h"

namespace outboard::scripting {

enum class SlotState : std::uint8_t {
    empty,    ///< no script: everything passes
    loading,  ///< a child is being made; meanwhile everything passes (or the old one plays on)
    live,
    late,        ///< owes an earlier block
    pipelined,   ///< demoted after repeated lateness: looked at, never waited for
    bypassed,    ///< by the user or after too many errors
    restarting,  ///< the child died or hung; a new one is on its way
    failed,      ///< the script cannot be loaded; nothing plays it
};
[[nodiscard]] const char* to_string(SlotState state) noexcept;

/// When a new child takes over from one that plays.
enum class SwapMoment : std::uint8_t {
    block,  ///< with the next block
    beat,   ///< at the next beat (a quarter note of the song's grid); while the song stands, with the next block
    bar,    ///< at the next bar; the same
};
/// "block", "beat", "bar", and back; nothing for any other word.
[[nodiscard]] const char* to_string(SwapMoment moment) noexcept;
[[nodiscard]] std::optional<SwapMoment> swap_moment(std::string_view word) noexcept;

/// One declared value of a script's panel. Values travel as doubles: a knob's value, a menu's index, a toggle's 0 or 1.
/// A table and an xy have several declarations in a row, one per value, with the same owner.
struct Parameter {
    std::string id, name;  ///< of a value of a table: "steps[3]", "Steps 4"
    enum class Type : std::uint8_t {
        knob,
        slider,
        number,  ///< a box to type in
        menu,
        toggle,
        button,  ///< 1 while it is down
        table,
        xy,
        label,  ///< `text`, which the script writes
        meter,  ///< `value`, which the script moves
        file    ///< `text` is a path; `choices` are the endings that it takes, empty: any
    } type = Type::knob;
    double value = 0, initial = 0, minimum = 0, maximum = 1, step = 0;
    enum class Curve : std::uint8_t { linear, log, square, cube } curve = Curve::linear;
    std::string unit;
    std::vector<std::string> choices;  ///< menu, file
    std::string owner{};               ///< of a value of a table or xy: the id of the whole; its name is `text`
    std::string text{};
    std::string group{};  ///< heading on the panel; empty: none
    int row = 0;          ///< parameters of one row (not 0) stand side by side

    /// Whether the user moves it, and sessions and presets hold it.
    [[nodiscard]] bool kept() const noexcept {
        return type != Type::button && type != Type::label && type != Type::meter;
    }
};
/// Where a value stands on its control's travel, 0..1, and back; by the curve. The value comes out within the range and
/// on its step.
[[nodiscard]] double position_of(const Parameter& parameter, double value) noexcept;
[[nodiscard]] double value_at(const Parameter& parameter, double position) noexcept;

/// The scripts of a track, by their paths, in order: the output of one is the input of the next. Parameters of the
/// second one are called "2.rate" and so on.
using Scripts = std::vector<std::string>;
/// More make no track.
inline constexpr std::size_t max_scripts = 32;

/// What a parameter is set to: a number, or a text (a file's path).
using ParameterValue = std::variant<double, std::string>;
using ParameterValues = std::vector<std::pair<std::string, ParameterValue>>;

/// A controller that moves a parameter: MIDI learn.
struct Learned {
    std::uint8_t channel = 0;  ///< 0-based
    std::uint8_t controller = 0;
    std::string id;  ///< of the parameter; unknown ones do nothing
    bool operator==(const Learned&) const = default;
};

/// A key of the window's keyboard, as the script marks it.
struct KeyMark {
    std::uint8_t key = 0;
    std::string colour;  ///< of the window's palette; empty: none
    std::string label;
    enum class Kind : std::uint8_t { note, control, off } kind = Kind::note;
    bool operator==(const KeyMark&) const = default;
};

/// What a script watches: a name and the newest value, as text.
struct WatchedValue {
    std::string name, text;
    bool operator==(const WatchedValue&) const = default;
};

/// A preset of the track's instrument, for scripts that choose one by name.
struct Preset {
    std::string name;
    std::uint16_t bank = 0;    ///< 0..16383
    std::uint8_t program = 0;  ///< 0..127
};

/// What a script wrote, or what happened to it. Delivered by ScriptHost::take_messages on the control side.
struct Message {
    enum class Type : std::uint8_t {
        print,
        debug,
        info,
        warning,
        error,
        notice,
        watch  ///< a watched value that has changed, "name = value", for who does not show ScriptSlot::watched()
    } type = Type::info;
    std::uint32_t slot = 0;  ///< the tag given to add_slot
    std::int64_t time = 0;   ///< sample time at which the child wrote it
    std::string text;        ///< one or more lines; for an exception the whole traceback
    std::string file;        ///< of the script, when a line is known
    int line = 0;            ///< 1-based; 0 when unknown
};

/// The block that is being processed.
struct BlockInfo {
    std::uint64_t number = 0;
    std::int64_t start = 0;  ///< absolute sample of its first frame
    std::uint32_t frames = 0;
    std::int64_t callback_start_ns = 0;  ///< ipc::now_ns() when the callback began
    const ClockMap* clock = nullptr;
    const SysexSource* sysex = nullptr;  ///< who has the bytes of input events' `blob`; null: nobody
};

/// What became of the sound of a script that has an `audio.process`, in blocks.
struct AudioFigures {
    std::uint64_t calls = 0;    ///< blocks posted
    std::uint64_t late = 0;     ///< heard dry because they came back too late
    std::uint64_t missed = 0;   ///< heard dry because three blocks were at the child already
    std::uint64_t dry = 0;      ///< heard dry because the script failed in them, or is bypassed
    std::uint64_t cleaned = 0;  ///< samples that were no numbers, or too loud
    std::uint32_t latency = 0;  ///< frames
};

/// Counters of a slot; readable from any thread.
struct SlotFigures {
    SlotState state = SlotState::empty;
    std::string script;          ///< path of the first one, empty when none
    Scripts scripts;             ///< all of them
    std::uint32_t left_out = 0;  ///< those that the user has bypassed, as bits in their order
    std::uint32_t given_up = 0;  ///< those that are bypassed because of their errors
    std::string transport;       ///< "shm" or "pipe", empty when no child
    std::int64_t pid = 0;
    std::uint64_t calls = 0, late = 0, missed = 0, stale = 0, restarts = 0, overflows = 0, refused = 0;
    /// Blocks without its answer in time, since reset_figures: it was waited for in vain, or, as it owed an earlier
    /// one, not at all.
    [[nodiscard]] std::uint64_t late_blocks() const noexcept { return late + missed; }
    /// When it was late, oldest first.
    std::vector<LateWindow> late_windows;
    /// Host input ledger: events pushed. Outcome ledger: passed, handled, stale, still kept.
    std::uint64_t events_in = 0;  ///< events that crossed to the script and were acknowledged
    std::uint64_t events_pushed = 0, events_settled = 0, events_kept = 0;
    std::uint64_t events_out = 0;
    std::uint64_t met_polling = 0;     ///< calls that found the child awake and polling: no system call
    std::uint64_t woke = 0;            ///< calls that had to wake it
    std::uint64_t fetched = 0;         ///< of these: its core did not take it up, so it was moved to the callback's
    double polled_seconds = 0;         ///< what its polling has cost so far
    double poll_burn_percent = 0;      ///< of a core, lately
    std::uint64_t demotions = 0;       ///< times it lost its real-time priority because it was late
    bool realtime = false;             ///< it has real-time priority now
    std::uint64_t swaps = 0;           ///< times a new child took over from one that played
    double swap_ms = 0;                ///< the last of them: from the saved file, or the order, to the exchange
    std::int64_t swap_sample = 0;      ///< where that was
    std::uint64_t flooded = 0;         ///< output records that had to wait for a later block: more than 1024 in one
    std::vector<std::string> reasons;  ///< of restarts and bypasses, oldest first
    double cpu_percent = 0;            ///< of one core, over the last half second at least
    double rss_mb = 0;
    std::uint64_t page_faults = 0;
    ipc::ProbeFigures encode, wait, busy, decode, python, child_encode, returned, apply, scripting;  ///< last 10 s
    ipc::ProbeFigures encode_total, wait_total, busy_total, returned_total, apply_total, scripting_total;
    ipc::ProbeFigures decode_total, python_total, child_encode_total;  ///< what busy consists of
    /// Since reset: what of scripting was not spent on waiting while the script was at work; per called block.
    ipc::ProbeFigures hop_total;
    double encode_now = 0, wait_now = 0, busy_now = 0, returned_now = 0, apply_now = 0, scripting_now = 0;
    AudioFigures audio;  ///< of audio.process; its latency counts for the sound of this track
    ipc::ProbeFigures audio_wait, audio_busy, audio_hop;  ///< last 10 s; the last: what the audio thread spends on it
    ipc::ProbeFigures audio_wait_total, audio_busy_total, audio_hop_total;
    double audio_wait_now = 0, audio_busy_now = 0, audio_hop_now = 0;
    double busy_cpu_mean = 0;  ///< ns of thread CPU per call; busy mean minus this is "preempted"
};

class ScriptSlot {
public:
    virtual ~ScriptSlot() = default;

    /// The tag given to add_slot.
    [[nodiscard]] virtual std::uint32_t id() const noexcept = 0;

    // ---- audio thread -------------------------------------------------------------------------------------
    /// [rt] Opens a block.
    virtual void begin(const BlockInfo& block) noexcept = 0;
    /// [rt] One input event, times not decreasing, inside the block. More than the slot can keep is counted as
    /// overflow and passed at once.
    virtual void push(const Event& event) noexcept = 0;
    /// [rt] A parameter change at the block's first sample (index into the live child's declarations).
    virtual void set_parameter(std::uint32_t index, double value) noexcept = 0;
    /// [rt] Ends every note at once, forgets every key press, tells the child to cancel its tasks.
    virtual void panic() noexcept = 0;
    /// [rt] Before post(): an event of this kind will probably be pushed in the next block. Where more scripts are
    /// played than cores are left for them, those that will be called are awake then rather than those that were called
    /// lately.
    virtual void foresee(Kind kind) noexcept = 0;
    /// [rt] Posts to the child if it has something to do.
    virtual void post() noexcept = 0;
    /// [rt] After all slots have posted: when the next block will be posted (ipc::now_ns(); 0: unknown).
    virtual void tick(std::int64_t due_ns) noexcept = 0;
    /// [rt] Waits for the answer until the deadline (0: only looks) and returns the block's output in time order,
    /// valid until the next begin().
    virtual std::span<const Event> collect(std::int64_t deadline_ns) noexcept = 0;
    /// [rt] After collect(), when the instrument has rendered the block: hands its sound to a script that has an
    /// `audio.process`. Two channels of as many frames as the block has.
    virtual void post_audio(const float* left, const float* right) noexcept = 0;
    /// [rt] Replaces it by what the script made of it: of the same block if the host is offline (then it waits), else
    /// of what was posted `figures().audio.latency` frames before. What is not back in time is the dry sound, just as
    /// late. Without such a script nothing changes.
    virtual void collect_audio(float* left, float* right) noexcept = 0;
    /// [rt] The bytes of a system exclusive event of the output, until the next begin(); empty if they are not known.
    [[nodiscard]] virtual std::span<const std::uint8_t> sysex(std::uint32_t blob) const noexcept = 0;
    /// [rt] Before post(): this block is the last one. At its last sample the script's tasks are cancelled, with a line
    /// that names what still ran, and all that still sounds is ended; with collect() the offs come out. For the end of
    /// a render.
    virtual void finish() noexcept = 0;
    /// [rt] After collect: the instrument has ended the sound of a note (the note_id of its note-on). The script hears
    /// of it with the next post, without being woken.
    virtual void note_silent(std::int32_t note_id) noexcept = 0;
    /// [rt] Where a setting of the track stands when it was not the script that moved it. Crosses without a wake.
    virtual void set_setting(Setting setting, float value) noexcept = 0;
    /// [rt] Whether anything is pending: voices with an end to come, a child with a wake to come.
    [[nodiscard]] virtual bool idle() const noexcept = 0;

    // ---- control side -------------------------------------------------------------------------------------
    /// [control] Loads a script; returns at once. What plays now plays on until the new one is ready; if it does
    /// not load, the old one stays and a Message tells why. Values by parameter id. What the script keeps (`state`)
    /// goes on from `saved`, a text that saved() gave: then the values are those of a session that was opened, and the
    /// script is told of them. Nothing: from what this slot heard of that script last, as after a crash.
    void load(const std::string& path, ParameterValues values, std::optional<std::string> saved = std::nullopt) {
        load(Scripts{path}, 0, std::move(values), std::move(saved));
    }
    /// [control] The same with a chain of up to max_scripts scripts, all in one process; none: as unload(). `left_out`:
    /// those that are bypassed, as bits in their order. Throws std::runtime_error with a sentence if there are more.
    virtual void load(Scripts scripts, std::uint32_t left_out, ParameterValues values,
                      std::optional<std::string> saved = std::nullopt) = 0;
    /// [control] Which scripts of a chain are bypassed from the next block on, as bits in their order. Their notes end,
    /// their input passes; one that comes back begins as if it had just been loaded.
    virtual void set_left_out(std::uint32_t left_out) = 0;
    /// [control] What the track's instrument has, for scripts that are loaded from now on.
    virtual void set_presets(std::vector<Preset> presets) = 0;
    /// [control] Takes the script out.
    virtual void unload() = 0;
    /// [control] While true everything passes and the child is not called.
    virtual void set_bypass(bool bypassed) = 0;
    /// [control] "shm" or "pipe", from one of the next blocks on, also while the script plays: nothing is lost, nothing
    /// comes twice. Throws std::runtime_error with a sentence.
    virtual void set_transport(const std::string& transport) = 0;
    /// [control] When a new child takes over.
    virtual void set_swap_moment(SwapMoment moment) = 0;
    /// [control] Waits until loading has ended one way or the other. Empty: it is live (or empty by wish).
    /// Otherwise the sentence of what failed.
    virtual std::optional<std::string> wait_loaded(std::chrono::milliseconds timeout) = 0;
    /// [control] What the script that was loaded last keeps, as it said last (it says so when it has changed, at most
    /// once a second): a JSON object. Empty: nothing. Survives its crash, its bypass, and a script that does not load.
    [[nodiscard]] virtual std::string saved() const = 0;
    /// [control] A parameter's text (index into the live child's declarations), at most 4096 bytes; it reaches the
    /// script at the first sample of one of the next blocks.
    virtual void set_text(std::uint32_t index, const std::string& text) = 0;
    /// [control] Controllers that move parameters, at their own sample; the script hears the controller, too.
    virtual void set_learned(std::vector<Learned> learned) = 0;
    /// [control] The controller that came in last: `count` goes up with each.
    struct ControllerSeen {
        std::uint32_t count = 0;
        std::uint8_t channel = 0, controller = 0;
    };
    [[nodiscard]] virtual ControllerSeen last_controller() const noexcept = 0;
    /// [control] Keys that the live script has marked.
    [[nodiscard]] virtual std::vector<KeyMark> key_marks() const = 0;
    /// [control] What the live script watches, in the order in which the names came; at most 30 times a second
    /// something new. A script that is loaded begins with none.
    [[nodiscard]] virtual std::vector<WatchedValue> watched() const = 0;
    /// [control] Declarations of the script that is live, with current values.
    [[nodiscard]] virtual std::vector<Parameter> parameters() const = 0;
    /// [control] Counts up whenever parameters() may have changed in kind (a new script).
    [[nodiscard]] virtual std::uint64_t generation() const noexcept = 0;
    [[nodiscard]] virtual SlotFigures figures() const = 0;
    virtual void reset_figures() = 0;
};

}  // namespace outboard::scripting
