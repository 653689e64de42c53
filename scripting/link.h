// Link: one live child: its process, its two lanes, what it declared. Built, watched and destroyed by the control
// thread; the audio thread borrows it through ScriptSlot's atomic slot and hands it back through a retire queue. Its
// memory is never reused for another child.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ipc/audio_memory.h"
#include "ipc/pipe.h"
#include "ipc/process.h"
#include "ipc/protocol.h"
#include "ipc/system_pipe.h"
#include "scripting/late_report.h"
#include "scripting/panel_news.h"
#include "scripting/script_slot.h"
#include "scripting/traceback.h"
#include "scripting/watchdog.h"

namespace outboard::scripting {

/// The transports of the block lane. A child has one lane of each.
inline constexpr std::array<const char*, 2> transports{"shm", "pipe"};
/// The place of a transport there. Throws std::runtime_error with a sentence.
[[nodiscard]] std::size_t lane_of(const std::string& transport);

/// Values of one panel, cells of tables counted.
inline constexpr std::size_t max_parameters = 1024;

/// What is needed to start a child.
struct LinkOptions {
    std::string child_program;
    std::string package_path;
    std::string transport = "shm";
    Scripts scripts;
    std::uint32_t left_out = 0;  ///< those that are bypassed, as bits in their order
    double sample_rate = 48000;
    std::uint64_t seed = 0;
    std::uint32_t slot = 0;
    std::uint8_t channel = 0;                      ///< 0-based
    std::optional<std::int64_t> prewake_guard_ns;  ///< as ScriptHost::Options
    bool keep_prints = false;                      ///< offline: the child waits for room rather than dropping prints
    std::uint64_t memory_limit = 0;                ///< as ScriptHost::Options
    ParameterValues values;
    bool restored = false;  ///< the values are those of a session that was opened
    std::vector<Preset> presets;
    std::string saved;  ///< JSON: what the script kept when it was last loaded; empty: nothing
};

class Link {
public:
    /// [control] Starts the process and sends the load order. Throws std::runtime_error or std::system_error.
    explicit Link(const LinkOptions& options);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    // ---- [rt] -------------------------------------------------------------------------------------------------
    /// The block lane in use.
    ipc::Pipe& pipe() noexcept { return *lanes_[lane_]; }
    /// Which one that is: the transport's place in `transports`.
    [[nodiscard]] std::size_t lane() const noexcept { return lane_; }
    /// Goes over to the other lane, when no call is open. False: not now, the child has too much to read.
    bool change_lane() noexcept;
    [[nodiscard]] ipc::Pipe::PrewakeFigures prewake_figures() const noexcept { return lanes_[0]->prewake_figures(); }
    [[nodiscard]] bool dead() const noexcept { return dead_.load(std::memory_order_acquire); }
    /// Asks the control thread to end this child, with a reason (a literal).
    void condemn(const char* reason) noexcept { watched.condemned.store(reason, std::memory_order_release); }
    std::uint64_t handles = 0;        ///< constant once ready
    std::uint32_t left_out_told = 0;  ///< [rt] what the child knows of `left_out`
    /// Live loops (bits in the order of declaration) that the child before this one, `from`, also has. Constant once
    /// published.
    struct Handover {
        const Link* from = nullptr;
        std::uint32_t stay = 0;                ///< in `from`: run to the end of their round
        std::uint32_t wait = 0;                ///< in this one: begin when those have ended
        std::array<std::uint32_t, 32> next{};  ///< by number in `from`: the bit in this one
    } handover;
    /// Where blocks of sound are handed over, for a script that processes them; and its channels: 1 or 2, or 0 for
    /// none.
    [[nodiscard]] std::span<std::byte> audio_memory() const noexcept { return audio_memory_->bytes(); }
    std::uint32_t audio_channels = 0;  ///< constant once ready
    Watched watched;                   ///< what the watchdog sees of it
    Watchdog* watchdog = nullptr;      ///< constant once ready; none: nobody watches it
    /// It has asked for a call: something came from another thread of its own.
    std::atomic<bool> wants_call{false};
    /// It may be awake before it is called: it has real-time priority, and was called in the last minute.
    std::atomic<bool> prewakes{false};
    /// [control] How often it had been pushed off its core when that was looked at last.
    std::optional<std::uint64_t> pushed_aside;
    /// Scripts that are bypassed from the next block on.
    std::atomic<std::uint32_t> left_out{0};

    // ---- [control] --------------------------------------------------------------------------------------------
    enum class Stage : std::uint8_t { starting, ready, refused, ended };
    /// What has arrived on the slow lane; moves the stage on. Messages are appended.
    void read_slow_lane(std::vector<Message>& messages);
    [[nodiscard]] Stage stage() const noexcept { return stage_; }
    /// Ready, and about to be published: what the script goes on from (JSON, may be empty) and its parameters' values.
    void go(const std::string& saved, const ParameterValues& values);
    /// Why its script was bypassed, once; empty: it was not.
    std::string take_bypass() { return std::exchange(bypass_, {}); }
    /// What the child answered when it was asked for what it keeps, once; empty: nothing yet.
    std::string take_kept() { return std::exchange(kept_, {}); }
    /// The child is gone: lets the audio thread know and wakes it.
    void mark_dead() noexcept;
    void kill() noexcept { process_.kill(); }
    std::optional<ipc::Exit> poll_exit() { return process_.poll(); }
    /// Where the script was when it was last asked or ended, if that is known. Each answer once.
    [[nodiscard]] Place last_place();
    LateReport late_report;

    const LinkOptions options;
    std::vector<Parameter> parameters;
    std::vector<std::string> files;  ///< modules beside the script that it has imported
    std::vector<std::string> loops;  ///< names of its live loops
    Message refusal;                 ///< why it was refused
    /// What the script keeps, as heard last: JSON. Empty: nothing new since it was taken.
    std::string take_saved() { return std::exchange(saved_, {}); }
    std::vector<PanelNews> take_panel_news() { return std::exchange(panel_news_, {}); }
    std::int64_t started_ns = 0;
    std::string end_reason;        ///< set by whoever killed it
    bool kept_off_core = false;    ///< for a moment: the callback's
    bool kit_refused = false;      ///< RealtimeKit said no: it is not asked again
    Link* next_retired = nullptr;  ///< the audio thread's chain of links that it has let go

    [[nodiscard]] const char* condemned() const noexcept { return watched.condemned.load(std::memory_order_acquire); }
    [[nodiscard]] std::int64_t pid() const noexcept { return process_.pid(); }
    [[nodiscard]] int slow_descriptor() const noexcept { return slow_->read_descriptor(); }
    [[nodiscard]] int exit_descriptor() const noexcept { return process_.exit_descriptor(); }

private:
    void take_declarations(const std::string& text);
    /// Takes the text if it can be given to another child.
    void hear_saved(std::string text, std::string& place);

    ipc::Descriptor lifeline_;
    TracebackPipe traceback_;
    std::array<std::unique_ptr<ipc::Pipe>, 2> lanes_;
    std::size_t lane_ = 0;  ///< [rt] once it is published
    std::unique_ptr<ipc::SystemPipe> slow_;
    std::optional<ipc::SharedMemory> audio_memory_;
    ipc::Process process_;
    std::vector<std::byte> slow_buffer_;
    std::string saved_, kept_, bypass_;
    std::vector<PanelNews> panel_news_;
    Stage stage_ = Stage::starting;
    std::atomic<bool> dead_{false};
};

}  // namespace outboard::scripting
