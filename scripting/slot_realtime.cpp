// The audio thread's half of a slot: a block from begin to collect, and the links that come and go. What is posted
// stands in slot_posting.cpp, what is made of an answer in slot_answers.cpp. Nothing in the three allocates, locks or
// logs.

#include <algorithm>
#include <utility>

#include "ipc/cache.h"
#include "ipc/clock.h"
#include "scripting/slot.h"

namespace outboard::scripting {
namespace {

constexpr std::uint32_t lates_until_demotion = 3;
// A child that was polling runs on another core, and its answer may be worth waiting for without sleeping: waking up
// again costs 5 to 100 µs. Where several children are at work they need this core, too, and the wait is kept short.
// Whether it is worth it goes by the usual answer, not by this one: the few that take three times as long end by a
// wake-up less, too.
constexpr std::int64_t spin_in_company_ns = 20'000;
constexpr std::int64_t spin_alone_ns = 400'000;
constexpr std::int64_t worth_spinning_alone_ns = 150'000;  ///< the usual answer then takes no longer
constexpr std::int64_t usual_wake_up_ns = 100'000;  ///< nineteen of twenty take less, also on a busy virtual machine
constexpr std::int64_t offline_wait_ns = 10'000'000'000;

}  // namespace

void Slot::begin(const BlockInfo& block) noexcept {
    const std::int64_t began = ipc::now_ns();
    block_ = block;
    block_end_ = block.start + block.frames;
    segment_start_ = block.start;
    segment_end_ = block_end_;
    segment_last_ = last_sequence_;
    swap_at_ = 0;
    ledger_.begin(block.start, block.frames, *block.clock);
    parameter_change_count_ = 0;
    called_ = false;
    awake_ = std::exchange(awake_next_, false);
    foreseen_ = claim_ == CoreShare::Claim::called;
    finish_pending_ = false;
    encode_ns_ = busy_here_ns_ = 0;
    looks_since_ns_ = began;
    const auto second = static_cast<std::int64_t>(options_.sample_rate);
    if (next_second_ == 0) {
        next_second_ = block.start + second;
    }
    while (block.start >= next_second_) {
        next_second_ += second;
        measured_.note_second();
    }
    // Offline a pipelined answer is waited for, so that the result does not depend on the machine's speed.
    const std::int64_t deadline = options_.offline ? began + offline_wait_ns : 0;
    if (leaving_.link != nullptr && shift_ > 0) {
        await_leaving(deadline);  // pipelined: what it did in the block before
    }
    while (!leaving_.hands_over && (call_count_ > 0 || hop_.pending() > 0) && apply_next_answer(deadline)) {
    }
    if (link_ != nullptr && link_->dead()) {
        lose_link(true);
    }
    owes_ = call_count_ > 0;
    if (!owes_ && !more_ && !uncalled_ && !leaving_.hands_over) {
        pass_kept(false);  // pipelined: what nobody handled in the block before
    }
    if (shift_ > 0) {
        add(counters_.missed, owes_ ? 1 : 0);
        note_lateness(owes_);
    }
    if (leaving_.link != nullptr && (leaving_.link->dead() || block.start >= leaving_.until)) {
        end_leaving();
    }
    ask_for_save();
    plan_swap();
    const std::size_t wanted = wanted_lane_.load(std::memory_order_relaxed);
    if (link_ != nullptr && call_count_ == 0 && hop_.pending() == 0 && link_->lane() != wanted && !post_failed_) {
        link_->change_lane();
    }
    lane_.store(link_ != nullptr ? link_->lane() : wanted, std::memory_order_relaxed);
    block_first_ = last_sequence_ + 1;
    block_ns_ = ipc::now_ns() - began;
}

void Slot::push(const Event& event) noexcept {
    add(counters_.pushed);
    if (kept_count() == max_kept) {
        segment_last_ = last_sequence_;
        if (link_ != nullptr) {
            overflow();
        } else {
            pass_kept(false);
        }
    }
    Event& place = kept_[(last_sequence_ + 1) % max_kept];
    place = event;
    place.time = std::clamp(event.time, block_.start, block_end_ - 1);
    if (last_sequence_ >= block_first_) {
        place.time = std::max(place.time, kept(last_sequence_).time);
    }
    ++last_sequence_;
    if (place.time < segment_end_) {
        segment_last_ = last_sequence_;
    }
    memory_.hear(place);
    note_controller(place);
}

void Slot::set_parameter(std::uint32_t index, double value) noexcept {
    if (index >= live_values_.size()) {
        return;
    }
    live_values_[index].store(value, std::memory_order_release);
    // The index is one of the script that was published last: until that one is taken, it hears of its values then.
    if (incoming_.load(std::memory_order_acquire) == nullptr && parameter_change_count_ < max_parameter_changes) {
        set_at_[index].store(++moves_, std::memory_order_release);
        parameter_changes_[parameter_change_count_++] = {index, value};
    }
}

void Slot::panic() noexcept {
    pass_kept(false);
    if (leaving_.link != nullptr) {
        end_leaving();
    }
    loops_wait_ = loops_begin_ = 0;
    ledger_.end_everything(block_.start, true);
    panic_pending_ = true;
}

void Slot::finish() noexcept {
    finish_pending_ = true;
}

void Slot::note_silent(std::int32_t note_id) noexcept {
    const std::uint32_t voice = ledger_.note_silent(note_id);
    if (voice != 0 && link_ != nullptr && !leaving_.hands_over && silent_.size() < max_silent) {
        silent_.push_back(voice);
    }
}

void Slot::set_setting(Setting setting, float value) noexcept {
    const auto index = static_cast<std::size_t>(setting);
    if (settings_[index] != value) {
        settings_[index] = value;
        settings_changed_ |= 1U << index;
    }
}

bool Slot::idle() const noexcept {
    return ledger_.voices() == 0 && leaving_.link == nullptr && call_count_ == 0 && kept_count() == 0 &&
           (link_ == nullptr || (!start_pending_ && !more_ && wake_sample_ == INT64_MAX && wake_beat_ == no_beat));
}

// ---- links ---------------------------------------------------------------------------------------------------------

void Slot::exchange_link() noexcept {
    Link* incoming = incoming_.load(std::memory_order_acquire);
    // Pipelined, the answer to the part of this block before the swap is not due yet.
    const bool owes = shift_ > 0 ? owes_ : call_count_ > 0;
    if (incoming == nullptr || owes || hop_.pending() > 0) {
        return;  // the old link's answer is awaited first; should it never come, the watchdog ends the old link
    }
    const bool leaves = link_ != nullptr && incoming != remove_link && !link_->dead() && !post_failed_;
    // So is what it holds back: let go now, it would say it beside the events themselves, which then passed.
    if (leaves && (more_ || uncalled_)) {
        return;
    }
    incoming = incoming_.exchange(nullptr, std::memory_order_acq_rel);
    if (incoming == nullptr) {
        return;
    }
    if (leaving_.link != nullptr) {
        end_leaving();
    }
    loops_wait_ = loops_begin_ = 0;
    if (leaves && incoming != remove_link) {
        let_leave(*incoming);
    } else if (link_ != nullptr) {
        lose_link(false);
    }
    if (incoming != remove_link) {
        adopt_link(incoming);
    }
}

void Slot::count_link() noexcept {
    publish_prewake_figures();
    counters_.realtime.store(false, std::memory_order_relaxed);
    earlier_links_ = {counters_.met_polling.load(std::memory_order_relaxed),
                      counters_.woke.load(std::memory_order_relaxed),
                      counters_.polled_ns.load(std::memory_order_relaxed)};
    earlier_demotions_ = counters_.demotions.load(std::memory_order_relaxed);
    earlier_fetches_ = counters_.fetched.load(std::memory_order_relaxed);
}

void Slot::retire(Link* link) noexcept {
    link->next_retired = retired_.load(std::memory_order_relaxed);
    while (!retired_.compare_exchange_weak(link->next_retired, link, std::memory_order_release)) {
    }
}

void Slot::lose_link(bool dead) noexcept {
    if (leaving_.hands_over) {
        end_leaving();  // what it still has to say would come beside the events, which pass
    }
    count_link();
    pass_kept(dead);
    ledger_.script_gone(segment_start_);
    late_windows_.on_time(block_end_);
    silent_.clear();
    hop_.let_go(dead);
    audio_late_ = false;
    retire(link_);
    link_ = nullptr;
    call_count_ = 0;
    owes_ = more_ = uncalled_ = post_failed_ = false;  // without a link everything passes in its own block
    shift_ = 0;
    rt_state_.store(SlotState::empty, std::memory_order_release);
}

void Slot::adopt_link(Link* link) noexcept {
    link_ = link;
    if (link->audio_channels > 0) {
        hop_.adopt(link->audio_memory(), link->audio_channels);
    } else {
        hop_.let_go(false);
    }
    sent_any_point_ = false;
    moves_ = 0;
    for (auto& when : set_at_) {
        when.store(0, std::memory_order_release);
    }
    start_pending_ = true;
    panic_pending_ = more_ = post_failed_ = false;
    sysex_joiner_.forget();
    wake_sample_ = INT64_MAX;
    wake_beat_ = no_beat;
    wake_mask_ = 0;
    posted_ = segment_last_;
    answered_through_ = segment_start_;
    save_pending_ = false;
    late_in_second_ = 0;
    if (options_.pipelined || shift_ > 0) {  // after one that was late: what both play stays in order
        shift_ = block_.frames;
    }
    self_bypassed_.store(false, std::memory_order_relaxed);
    answer_ns_ = 0;
    rt_state_.store(shift_ > 0 ? SlotState::pipelined : SlotState::live, std::memory_order_release);
    append_snapshot();
    append_values();
    send_records(ipc::PostType::news);
    last_called_ = block_.start;  // it will be called soon, and may be awake then
    surprised_ = INT64_MIN / 2;
    claim_ = CoreShare::Claim::none;
    awake_ = awake_next_ = false;
    last_called_ns.store(ipc::now_ns(), std::memory_order_relaxed);
    adopted_ns.store(ipc::now_ns(), std::memory_order_relaxed);
    adopted_sample.store(segment_start_, std::memory_order_relaxed);
    adoptions.fetch_add(1, std::memory_order_release);
}

void Slot::overflow() noexcept {
    add(counters_.overflows);
    link_->condemn("no room to post: it has not read its events for too long");
    lose_link(true);
}

// ---- collecting ----------------------------------------------------------------------------------------------------

std::span<const Event> Slot::collect(std::int64_t deadline_ns) noexcept {
    const std::int64_t began = ipc::now_ns();
    looks_since_ns_ = began;
    if (post_deferred_) {
        post_deferred_ = false;
        post_after_leaving(deadline_ns);
    }
    await_answers(deadline_ns);
    if (swap_at_ != 0) {
        swap_within_block(deadline_ns);
        await_answers(deadline_ns);
    }
    if (finish_pending_) {
        if (leaving_.link != nullptr) {
            end_leaving();
        }
        pass_kept(false);
        ledger_.flush_ends(block_end_ - 1);
        ledger_.end_everything(block_end_ - 1, false);
    }
    const std::span<const Event> output = ledger_.finish_block();
    add(counters_.events_out, output.size());
    counters_.kept.store(kept_count(), std::memory_order_relaxed);
    block_ns_ += ipc::now_ns() - began;
    if (called_) {
        measured_.note_block(encode_ns_, block_ns_, block_ns_ - busy_here_ns_);
    }
    return output;
}

void Slot::await_answers(std::int64_t deadline_ns) noexcept {
    if (call_count_ > 0 && shift_ == 0) {
        const bool waits = !owes_;
        const bool alone = company().calls <= 1;
        const bool worth = answer_ns_ <= (alone ? worth_spinning_alone_ns : spin_in_company_ns);
        link_->pipe().set_spin(!worth ? 0 : alone ? spin_alone_ns : spin_in_company_ns);
        if (waits && awake_) {
            fetch_if_kept_from_its_core(deadline_ns);
        }
        prepare_for_answer();
        while (call_count_ > 0 && apply_next_answer(waits ? deadline_ns : 0)) {
        }
        if (call_count_ > 0) {
            add(waits ? counters_.late : counters_.missed);
        }
    }
    if (link_ != nullptr && shift_ == 0) {
        note_lateness(call_count_ > 0);
    }
    if (call_count_ == 0 && shift_ == 0 && !post_failed_ && !more_ && !uncalled_) {
        pass_kept(false);
        if (link_ != nullptr) {
            rt_state_.store(self_bypassed_.load(std::memory_order_relaxed) ? SlotState::bypassed : SlotState::live,
                            std::memory_order_relaxed);
        }
    }
}

/// While the child is at work: what its answer will write to was last touched blocks ago.
void Slot::prepare_for_answer() const noexcept {
    ipc::prepare_to_write(answer_records_.data());
    ipc::prepare_to_write(answer_records_.data() + 1);
    ledger_.prepare();
}

/// Its own core does not take it up. The callback's does, as soon as that sleeps.
void Slot::fetch_if_kept_from_its_core(std::int64_t deadline_ns) noexcept {
    const std::int64_t latest = std::min(deadline_ns, calls_[call_first_].posted_ns + usual_wake_up_ns);
    if (!link_->pipe().comes_up(latest) && link_->watchdog != nullptr) {
        link_->watched.fetch.store(true, std::memory_order_release);
        link_->watchdog->note();
    }
}

void Slot::note_lateness(bool late) noexcept {
    const auto second = static_cast<std::int64_t>(options_.sample_rate);
    if (late) {
        const bool waits = leaving_.hands_over && leaving_.count > 0;
        const Call& oldest = waits ? leaving_.calls[leaving_.first] : calls_[call_first_];
        late_windows_.late(oldest.start, block_end_);
        pay_for_lateness(oldest.start);
        rt_state_.store(shift_ > 0 ? SlotState::pipelined : SlotState::late, std::memory_order_relaxed);
        if (block_.start - late_second_start_ >= second) {
            late_second_start_ = block_.start;
            late_in_second_ = 0;
        }
        ++late_in_second_;
        last_late_ = block_.start;
        if (late_in_second_ >= lates_until_demotion && shift_ == 0 && !options_.offline) {
            shift_ = block_.frames;
            rt_state_.store(SlotState::pipelined, std::memory_order_relaxed);
        }
        return;
    }
    if (!audio_late_) {
        end_lateness();
    }
    if (shift_ > 0 && !options_.pipelined && block_.start - last_late_ >= second) {
        shift_ = 0;
        late_in_second_ = 0;
    }
    if (leaving_.link != nullptr && leaving_.count > 0) {
        late_windows_.late(leaving_.calls[leaving_.first].start, block_end_);
    } else if (shift_ == 0 || options_.pipelined) {
        late_windows_.on_time(block_end_);
    } else {
        late_windows_.late(block_.start, block_end_);  // as long as it plays a block later
    }
}

/// From now on the watchdog counts how long it is late, unless it waits for the child before it. `from`: the first
/// sample that was not answered in time.
void Slot::pay_for_lateness(std::int64_t from) noexcept {
    if (!leaving_.hands_over && link_->watched.late_since_ns.load(std::memory_order_relaxed) == 0) {
        link_->watched.late_sample.store(from, std::memory_order_relaxed);
        link_->watched.late_since_ns.store(ipc::now_ns(), std::memory_order_release);
        if (link_->watchdog != nullptr) {
            link_->watchdog->note();
        }
    }
}

/// All answers are here.
void Slot::end_lateness() noexcept {
    Watched& watched = link_->watched;
    const std::int64_t since = watched.late_since_ns.load(std::memory_order_relaxed);
    if (since == 0) {
        return;
    }
    watched.late_worst_ns.store(std::max(watched.late_worst_ns.load(std::memory_order_relaxed),
                                         std::max<std::int64_t>(finished_ns_ - since, 0)),
                                std::memory_order_relaxed);
    watched.latenesses.fetch_add(1, std::memory_order_release);
    watched.late_since_ns.store(0, std::memory_order_release);
}

}  // namespace outboard::scripting
