// Slot: the ScriptSlot that ScriptHost makes. The audio thread's half is in slot_realtime.cpp (start there),
// slot_posting.cpp, slot_answers.cpp and slot_audio.cpp, the control side's in slot_control.cpp.
//
// Who changes the state of a script, and on which thread:
//
//     state        entered when                                        by
//     empty        made, unload()                                      control
//     loading      load()                                              control
//     live         the audio thread takes the ready link               rt
//     late         an answer missed its deadline                       rt
//     pipelined    three late blocks within a second                   rt; back to live after a second on time
//     bypassed     set_bypass(true); 20 exceptions in a second         control; child (told in its answer)
//     restarting   the child ended or was killed                       control
//     failed       the script was refused at load, or keeps dying      control
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "scripting/audio_hop.h"
#include "scripting/call_figures.h"
#include "scripting/core_share.h"
#include "scripting/late_windows.h"
#include "scripting/link.h"
#include "scripting/midi_memory.h"
#include "scripting/note_ledger.h"
#include "scripting/panel_news.h"
#include "scripting/script_slot.h"
#include "scripting/sysex.h"

namespace outboard::scripting {

class Slot final : public ScriptSlot {
public:
    struct Options {
        std::uint32_t id = 0;
        std::string name;
        std::uint8_t channel = 0;
        double sample_rate = 48000;
        bool offline = false;
        bool pipelined = false;
        std::string transport = "shm";
        SwapMoment swap = SwapMoment::beat;
    };
    /// What the slots of one host share. [rt]
    struct Company {
        std::uint64_t block = 0;              ///< that is being processed; of which this is:
        std::uint32_t calls = 0;              ///< up to now
        CoreShare share;                      ///< for the next one
        std::uint32_t prepared = 0;           ///< for the next one, without a core
        std::atomic<std::uint32_t> cores{0};  ///< for children that poll; the control thread writes
    };
    Slot(Options options, Company& company);
    ~Slot() override;

    [[nodiscard]] std::uint32_t id() const noexcept override { return options_.id; }

    // ---- [rt] -------------------------------------------------------------------------------------------------
    void begin(const BlockInfo& block) noexcept override;
    void push(const Event& event) noexcept override;
    void set_parameter(std::uint32_t index, double value) noexcept override;
    void panic() noexcept override;
    void post() noexcept override;
    void foresee(Kind kind) noexcept override { coming_ |= wire::bit(static_cast<std::uint8_t>(kind)); }
    void tick(std::int64_t due_ns) noexcept override;
    std::span<const Event> collect(std::int64_t deadline_ns) noexcept override;
    void post_audio(const float* left, const float* right) noexcept override;
    void collect_audio(float* left, float* right) noexcept override;
    [[nodiscard]] std::span<const std::uint8_t> sysex(std::uint32_t blob) const noexcept override;
    void finish() noexcept override;
    void note_silent(std::int32_t note_id) noexcept override;
    void set_setting(Setting setting, float value) noexcept override;
    [[nodiscard]] bool idle() const noexcept override;

    // ---- [control] --------------------------------------------------------------------------------------------
    using ScriptSlot::load;
    void load(Scripts scripts, std::uint32_t left_out, ParameterValues values,
              std::optional<std::string> saved) override;
    void set_left_out(std::uint32_t left_out) override;
    void set_presets(std::vector<Preset> presets) override;
    void unload() override;
    void set_bypass(bool bypassed) override;
    void set_transport(const std::string& transport) override;
    void set_swap_moment(SwapMoment moment) override { swap_moment_.store(moment); }
    std::optional<std::string> wait_loaded(std::chrono::milliseconds timeout) override;
    [[nodiscard]] std::string saved() const override;
    void set_text(std::uint32_t index, const std::string& text) override;
    void set_learned(std::vector<Learned> learned) override;
    [[nodiscard]] ControllerSeen last_controller() const noexcept override;
    [[nodiscard]] std::vector<KeyMark> key_marks() const override;
    [[nodiscard]] std::vector<WatchedValue> watched() const override;
    [[nodiscard]] std::vector<Parameter> parameters() const override;
    [[nodiscard]] std::uint64_t generation() const noexcept override;
    [[nodiscard]] SlotFigures figures() const override;
    void reset_figures() override;

    /// What the control thread must do for this slot, in one place. Called by the control thread only.
    struct Order {
        enum class Type : std::uint8_t { none, load, unload, bypass } type = Type::none;
        Scripts scripts;
        std::uint32_t left_out = 0;
        ParameterValues values;
        bool restored = false;  ///< the values are those of a session
    };
    Order take_order();
    /// The live child moved its own panel.
    void hear_panel(const PanelNews& news);
    /// Hands a text that waits over to the audio thread, if that has taken the one before.
    void pass_text(Link* current);
    /// The child of a script told what the script keeps.
    [[nodiscard]] std::vector<Preset> presets() const;
    void keep_saved(const Scripts& scripts, const std::string& saved);
    /// What the next child of these scripts goes on from.
    [[nodiscard]] std::string saved_of(const Scripts& scripts) const;
    /// Tells a link which of its scripts are bypassed, if it plays those that were asked for.
    void pass_left_out(Link& link) const;
    /// A link that is ready goes to the audio thread at its next block (null: the script is taken out). Returns a link
    /// that was published and never taken. The control thread owns all links.
    Link* publish(Link* link);
    /// Counts what was measured.
    void count_figures() { measured_.count(); }
    /// A link that the audio thread has let go, or null.
    Link* take_retired();
    /// An order has come to its end: the state from now on, and the sentence if it failed.
    void finish_order(SlotState state, const std::string& failure);
    void set_control_state(SlotState state);
    void add_reason(std::string reason);
    /// The transport that a new child begins with.
    [[nodiscard]] std::string wanted_transport() const { return transports[wanted_lane_.load()]; }
    /// What a restart must load: scripts and current values.
    [[nodiscard]] Order restart_order() const;
    [[nodiscard]] const Options& options() const noexcept { return options_; }
    void note_swap(double took_ms);
    std::atomic<std::uint64_t> restarts{0};
    /// The question for what the old child keeps, on its way: wanted (by control), seen (by the audio thread: the
    /// moment is far), asked (it is in the ring).
    enum class Save : std::uint8_t { none, wanted, seen, asked };
    std::atomic<Save> save_stage{Save::none};
    // When a link was taken last: [rt] writes.
    std::atomic<std::uint64_t> adoptions{0};
    std::atomic<std::int64_t> adopted_ns{0}, adopted_sample{0};
    std::atomic<std::int64_t> last_called_ns{0};  ///< or became live; 0: never
    // The rhythm of the blocks: how many, and between how many of them something is missing. [rt] writes.
    std::atomic<std::uint64_t> ticks{0}, gaps{0};
    /// Wakes the control thread.
    std::function<void()> wake_control;

private:
    struct Call {  ///< a posted call that has no answer yet
        std::uint64_t block = 0;
        std::int64_t start = 0, through = 0, posted_ns = 0;
        std::uint32_t last = 0;  ///< event that was posted with it or before: its answer knows of no later one
    };

    // [rt] parts of a block
    void exchange_link() noexcept;
    [[nodiscard]] std::int64_t swap_sample() const noexcept;
    void ask_for_save() noexcept;
    void plan_swap() noexcept;
    void swap_within_block(std::int64_t deadline_ns) noexcept;
    void post_segment() noexcept;
    void await_answers(std::int64_t deadline_ns) noexcept;
    void append_values() noexcept;
    void count_link() noexcept;
    void retire(Link* link) noexcept;
    // Of the child that leaves (slot_leaving.cpp).
    void let_leave(const Link& next) noexcept;
    void post_leaving() noexcept;
    void await_leaving(std::int64_t deadline_ns) noexcept;
    bool apply_leaving_answer(std::int64_t deadline_ns) noexcept;
    void post_after_leaving(std::int64_t deadline_ns) noexcept;
    void end_leaving() noexcept;
    void complete_handover(bool drop_stale) noexcept;
    void append_begin_loops(std::int64_t up_to) noexcept;
    [[nodiscard]] Company& company() noexcept;
    [[nodiscard]] CoreShare::Claim claim() noexcept;
    void count_tick(std::int64_t due_ns) noexcept;
    void publish_prewake_figures() noexcept;
    void lose_link(bool dead) noexcept;
    void adopt_link(Link* link) noexcept;
    bool apply_next_answer(std::int64_t deadline_ns) noexcept;
    bool apply_audio_answer(const ipc::AnswerHead& head, std::int64_t noticed_ns) noexcept;
    bool send_audio(const AudioHop::Block& block) noexcept;
    void watch_oldest() noexcept;
    void pay_for_lateness(std::int64_t from) noexcept;
    void end_lateness() noexcept;
    CallFigures::Answer times_of(const Call& call, const ipc::AnswerHead& head, std::int64_t noticed_ns) noexcept;
    void apply_records(const ipc::AnswerHead& head, std::span<const ipc::Record> records) noexcept;
    void apply_record(const ipc::Record& record, std::int64_t time, std::int64_t landing,
                      bool leaving_speaks = false) noexcept;
    bool apply_setting(const ipc::Record& record, std::int64_t landing) noexcept;
    void settle_up_to(std::uint32_t sequence) noexcept;
    void pass_kept(bool drop_stale) noexcept { pass_up_to(segment_last_, drop_stale); }
    void pass_up_to(std::uint32_t sequence, bool drop_stale) noexcept;
    [[nodiscard]] std::int64_t landing(std::int64_t time) const noexcept;
    [[nodiscard]] bool child_has_something_to_do() const noexcept;
    void note_transport_change() noexcept;
    void append_records(bool passed) noexcept;
    void append_point(const ClockPoint& point) noexcept;
    void append_event(std::uint32_t sequence, std::uint8_t flags) noexcept;
    /// Whether the part of the block that is posted now is the end of a render.
    [[nodiscard]] bool finishes_here() const noexcept { return finish_pending_ && segment_end_ == block_end_; }
    void append_sysex(ipc::Record event, std::span<const std::uint8_t> bytes) noexcept;
    bool begin_sysex(const ipc::Record& record, std::int64_t time, std::int64_t lands) noexcept;
    bool send_expression(const ipc::Record& record, std::int64_t lands) noexcept;
    bool add_sysex(const ipc::Record& record, std::int64_t lands) noexcept;
    void append_text() noexcept;
    [[nodiscard]] bool has_text() const noexcept {
        return text_mail_.full.load(std::memory_order_acquire) && text_mail_.link == link_;
    }
    /// The parameter that a controller moves, or null.
    [[nodiscard]] const Parameter* learned_by(const Event& event) const noexcept;
    void note_controller(const Event& event) noexcept;
    void resolve_learned();
    [[nodiscard]] bool left_out_changed() const noexcept {
        return link_->left_out.load(std::memory_order_relaxed) != link_->left_out_told;
    }
    void append_snapshot() noexcept;
    void append_setting(std::size_t index) noexcept;
    void append(const ipc::Record& record) noexcept;
    void send_records(ipc::PostType type) noexcept;
    void overflow() noexcept;
    void prepare_for_answer() const noexcept;
    void fetch_if_kept_from_its_core(std::int64_t deadline_ns) noexcept;
    void note_lateness(bool late) noexcept;
    /// Only the audio thread writes the counters.
    static void add(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) noexcept {
        counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
    [[nodiscard]] const Event& kept(std::uint32_t sequence) const noexcept { return kept_[sequence % max_kept]; }
    [[nodiscard]] std::uint32_t kept_count() const noexcept { return last_sequence_ - settled_; }

    static constexpr std::uint32_t max_kept = 8192;
    static constexpr std::uint32_t max_calls = 8;  ///< unanswered calls; beyond, events wait in `news`
    static constexpr std::size_t max_parameter_changes = 1024;
    static constexpr std::size_t max_silent = 2 * NoteLedger::max_voices;  ///< notices of one block
    static constexpr double no_beat = std::numeric_limits<double>::infinity();

    const Options options_;
    Company& company_;

    // ---- the audio thread's own
    NoteLedger ledger_;
    AudioHop hop_;
    bool audio_late_ = false;    ///< a block of sound is overdue
    std::int64_t audio_ns_ = 0;  ///< spent on the sound during this block
    MidiMemory memory_;
    SysexPool sysex_pool_{sysex_from_script};  ///< what the script sends
    SysexJoiner sysex_joiner_;
    Link* link_ = nullptr;
    BlockInfo block_;
    std::int64_t block_end_ = 0;
    // What is posted at once: the block, or its part up to a swap, then the part from there.
    std::int64_t segment_start_ = 0, segment_end_ = 0;
    std::uint32_t segment_last_ = 0;  ///< the last event in it
    std::int64_t swap_at_ = 0;        ///< where in this block the new child takes over; 0: nowhere
    std::vector<Event> kept_;
    std::uint32_t last_sequence_ = 0;      ///< of the last event pushed
    std::uint32_t settled_ = 0;            ///< all events up to this one have their outcome
    std::uint32_t posted_ = 0;             ///< all events up to this one are at the child
    std::uint32_t answered_ = 0;           ///< those that the answer at hand may speak of
    std::uint32_t block_first_ = 1;        ///< first event of this block
    std::array<Call, max_calls> calls_{};  ///< ring, oldest at call_first_
    std::uint32_t call_first_ = 0, call_count_ = 0;
    std::vector<ipc::Record> records_;
    std::vector<ipc::Record> answer_records_;
    std::vector<std::byte> message_;
    std::array<std::pair<std::uint32_t, double>, max_parameter_changes> parameter_changes_{};
    std::size_t parameter_change_count_ = 0;
    ClockPoint sent_point_;
    bool sent_any_point_ = false, transport_changed_ = false;
    bool start_pending_ = false, panic_pending_ = false, finish_pending_ = false, more_ = false;
    bool save_pending_ = false;
    bool called_ = false, owes_ = false, post_failed_ = false;
    bool uncalled_ = false;  ///< events are at the child that no call has asked for: all calls were open
    std::int64_t answered_through_ = 0;
    std::int64_t wake_sample_ = INT64_MAX;
    double wake_beat_ = no_beat;
    std::uint64_t wake_mask_ = 0;
    // A child from which another took over, and which comes to its end: its live loops end their round, a delayed
    // forward sounds. It hears events as news; the new child is posted after its answer, as that may begin a loop.
    // Where answers land one block later, that to what lies before the swap is still to come when the new child is
    // posted already: until it is there the old child speaks as the live one did, and the new one's answers wait.
    struct Leaving {
        Link* link = nullptr;
        std::array<Call, max_calls> calls{};
        std::uint32_t first = 0, count = 0;
        std::uint32_t posted = 0;  ///< all events up to this one are there
        std::uint32_t stay = 0;    ///< live loops whose round goes on
        bool told = false, over = false, more = false, hands_over = false;
        std::int64_t since = 0;  ///< the swap
        std::uint32_t last = 0;  ///< event before it
        std::int64_t until = 0;  ///< four bars
        std::int64_t answered_through = 0;
        std::array<std::uint32_t, 32> next{};

        /// Whether there is more to come of what lies before the swap.
        [[nodiscard]] bool owes() const noexcept { return more || (count > 0 && calls[first].through <= since); }
    } leaving_;
    std::uint32_t loops_wait_ = 0;   ///< live loops of the new child that wait for a round's end
    std::uint32_t loops_begin_ = 0;  ///< those that are to begin now
    std::int64_t loops_begin_at_ = 0;
    bool post_deferred_ = false;  ///< to collect(): after the answer of the child that leaves
    // the track's sound
    std::vector<std::uint32_t> silent_;       ///< voices that the instrument has ended: told with the next post
    std::array<float, settings> settings_{};  ///< where they stand
    std::uint32_t settings_changed_ = 0;      ///< bits: to be told
    // latency
    std::int64_t shift_ = 0;
    std::uint32_t late_in_second_ = 0;
    std::int64_t late_second_start_ = 0, last_late_ = 0;
    std::int64_t finished_ns_ = 0;  ///< the last answer, by the child's word
    std::int64_t answer_ns_ = 0;    ///< from posting to noticing, the median
    std::int64_t next_second_ = 0;
    std::int64_t due_ns_ = 0, interval_ns_ = 0;  ///< the last tick, and from the one before to it
    std::int64_t last_called_ = INT64_MIN / 2;   ///< end of the last block in which the child was called
    std::int64_t surprised_ = INT64_MIN / 2;     ///< of the last one in which that was not foreseen
    std::uint64_t coming_ = 0;                   ///< kinds of events of the next block, as far as they are foreseen
    CoreShare::Claim claim_ = CoreShare::Claim::none;  ///< to be awake for the next block
    bool foreseen_ = false;                            ///< that this block would call it
    bool awake_next_ = false, awake_ = false;          ///< it is to be awake for the next, for this block
    std::int64_t block_ns_ = 0;                        ///< spent in this slot during this block
    std::int64_t encode_ns_ = 0;
    std::int64_t looks_since_ns_ = 0;  ///< begin() or collect() began to look for answers
    std::int64_t busy_here_ns_ = 0;    ///< of this block, spent on waiting for a script at work

    // ---- between the threads
    static inline Link* const remove_link = reinterpret_cast<Link*>(std::uintptr_t{1});
    std::atomic<Link*> incoming_{nullptr};
    std::atomic<SwapMoment> swap_moment_{SwapMoment::beat};
    std::atomic<Link*> retired_{nullptr};      ///< let go by the audio thread, the latest first (Link::next_retired)
    std::atomic<std::size_t> wanted_lane_{0};  ///< the transport's place in `transports`
    std::atomic<std::size_t> lane_{0};         ///< in use
    std::atomic<SlotState> rt_state_{SlotState::empty};
    std::atomic<bool> self_bypassed_{false};  ///< the runtime gave up on its script
    static constexpr std::size_t max_parameters = 1024;
    std::vector<std::atomic<double>> live_values_;  ///< as last set, by index
    /// How many moves had been sent to the child when a value was last set from outside: what the child says of it
    /// before it has heard of that many is old.
    std::vector<std::atomic<std::uint64_t>> set_at_;
    std::uint64_t moves_ = 0;  ///< [rt] sent to this child
    struct TextMail {          ///< full: the audio thread's; else the control thread's
        std::atomic<bool> full{false};
        const Link* link = nullptr;
        std::uint32_t index = 0, size = 0;
        std::array<char, 4096> bytes{};
    } text_mail_;
    std::array<std::atomic<std::uint16_t>, 16 * 128> learned_{};  ///< by channel and controller: index + 1, 0: none
    std::atomic<std::uint32_t> last_controller_{0};               ///< count << 11 | channel << 7 | controller
    struct Counters {
        std::atomic<std::uint64_t> calls{0}, late{0}, missed{0}, stale{0}, overflows{0}, refused{0}, events_in{0},
            pushed{0}, settled{0}, kept{0}, events_out{0}, cpu_ns{0}, flooded{0}, met_polling{0}, woke{0}, fetched{0},
            polled_ns{0}, demotions{0};
        std::atomic<bool> realtime{false};
    } counters_;
    LateWindows late_windows_;
    ipc::Pipe::PrewakeFigures earlier_links_;  ///< [rt] of the children before this one
    std::uint64_t earlier_demotions_ = 0, earlier_fetches_ = 0;
    mutable CallFigures measured_{options_.offline};

    // ---- the control side's own
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Order order_;
    SlotState control_state_ = SlotState::empty;
    Link* taken_back_ = nullptr;  ///< the control thread's: what is left of the last look at retired_
    std::string failure_;
    Scripts asked_;                    ///< what was loaded last, whether it became live or not
    std::uint32_t left_out_ = 0;       ///< of those
    std::uint32_t live_left_out_ = 0;  ///< of what is live, where that is another chain
    Scripts scripts_;                  ///< what is live or bypassed
    std::vector<Parameter> parameters_;
    ParameterValues values_;  ///< as given with load(), for ids not declared now
    std::vector<Preset> presets_;
    std::map<std::pair<std::string, std::size_t>, std::string> saved_;  ///< what scripts keep, by path and place
    std::vector<Learned> learned_ids_;
    std::vector<KeyMark> key_marks_;
    std::vector<WatchedValue> watched_;
    std::uint32_t given_up_ = 0;
    std::deque<std::pair<std::uint32_t, std::string>> texts_waiting_;
    std::vector<std::string> reasons_;
    std::uint64_t swaps_ = 0;
    double swap_ms_ = 0;
    std::int64_t pid_ = 0;
    std::atomic<std::uint64_t> generation_{0};
    bool order_open_ = false;  ///< an order was given and has not come to its end
    mutable std::int64_t cpu_seen_ns_ = 0, cpu_seen_at_ = 0, cpu_seen_pid_ = 0;
    mutable double cpu_percent_ = 0, poll_percent_ = 0;
    mutable std::uint64_t polled_seen_ns_ = 0;
    std::uint64_t late_before_ = 0, missed_before_ = 0;  ///< what was counted before the last reset_figures
};

}  // namespace outboard::scripting
