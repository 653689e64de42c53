// The audio thread's half of a slot: one block from begin to collect. Nothing here allocates, locks or logs.

#include <algorithm>
#include <cmath>
#include <limits>

#include "ipc/clock.h"
#include "scripting/slot.h"

namespace outboard::scripting {
namespace {

constexpr double stale_after_seconds = 0.05;
constexpr std::uint32_t lates_until_demotion = 3;
// A child that was polling runs on another core, and its answer may be worth waiting for without sleeping: waking up
// again costs 5 to 100 µs. Where several children are at work they need this core, too, and the wait is kept short.
constexpr std::int64_t spin_alone_ns = 150'000;
constexpr std::int64_t spin_in_company_ns = 20'000;
constexpr std::int64_t offline_wait_ns = 10'000'000'000;
constexpr double no_beat = std::numeric_limits<double>::infinity();
constexpr std::uint64_t wake_on_parameter = wire::bit(wire::parameter);
constexpr std::uint64_t wake_on_transport = wire::bit(wire::transport);

void add(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

}  // namespace

void Slot::begin(const BlockInfo& block) noexcept {
    const std::int64_t began = ipc::now_ns();
    block_ = block;
    block_end_ = block.start + block.frames;
    ledger_.begin(block.start, block.frames, *block.clock);
    parameter_change_count_ = 0;
    called_ = false;
    finish_pending_ = false;
    encode_ns_ = apply_ns_ = 0;
    const auto second = static_cast<std::int64_t>(options_.sample_rate);
    if (next_second_ == 0) {
        next_second_ = block.start + second;
    }
    while (block.start >= next_second_) {
        next_second_ += second;
        for (ipc::Probe* probe :
             {&encode_, &wait_, &busy_, &decode_, &python_, &child_encode_, &returned_, &apply_, &scripting_}) {
            probe->next_second();
        }
    }
    // Offline a pipelined answer is waited for, so that the result does not depend on the machine's speed.
    const std::int64_t deadline = options_.offline ? began + offline_wait_ns : 0;
    while (call_count_ > 0 && apply_next_answer(deadline)) {
    }
    if (link_ != nullptr && link_->dead()) {
        lose_link(true);
    }
    owes_ = call_count_ > 0;
    if (!owes_ && !more_ && !uncalled_) {
        pass_kept(false);  // pipelined: what nobody handled in the block before
    }
    if (shift_ > 0) {
        add(counters_.missed, owes_ ? 1 : 0);
        note_lateness(owes_);
    }
    exchange_link();
    const std::size_t wanted = wanted_lane_.load(std::memory_order_relaxed);
    if (link_ != nullptr && call_count_ == 0 && link_->lane() != wanted && !post_failed_) {
        link_->change_lane();
    }
    lane_.store(link_ != nullptr ? link_->lane() : wanted, std::memory_order_relaxed);
    block_first_ = last_sequence_ + 1;
    block_ns_ = ipc::now_ns() - began;
}

void Slot::push(const Event& event) noexcept {
    add(counters_.pushed);
    if (kept_count() == max_kept) {
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
    memory_.hear(place);
}

void Slot::set_parameter(std::uint32_t index, double value) noexcept {
    if (index < live_values_.size() && parameter_change_count_ < max_parameter_changes) {
        live_values_[index].store(value, std::memory_order_relaxed);
        parameter_changes_[parameter_change_count_++] = {index, value};
    }
}

void Slot::panic() noexcept {
    pass_kept(false);
    ledger_.end_everything(block_.start, true);
    panic_pending_ = true;
}

void Slot::finish() noexcept {
    finish_pending_ = true;
}

bool Slot::idle() const noexcept {
    return ledger_.voices() == 0 && call_count_ == 0 && kept_count() == 0 &&
           (link_ == nullptr || (!start_pending_ && !more_ && wake_sample_ == INT64_MAX && wake_beat_ == no_beat));
}

// ---- links ---------------------------------------------------------------------------------------------------------

void Slot::exchange_link() noexcept {
    Link* incoming = incoming_.load(std::memory_order_acquire);
    if (incoming == nullptr || call_count_ > 0) {
        return;  // the old link's answer is awaited first; should it never come, the watchdog ends the old link
    }
    incoming = incoming_.exchange(nullptr, std::memory_order_acq_rel);
    if (incoming == nullptr) {
        return;
    }
    if (link_ != nullptr) {
        lose_link(false);
    }
    if (incoming != remove_link) {
        adopt_link(incoming);
    }
}

void Slot::lose_link(bool dead) noexcept {
    publish_prewake_figures();
    counters_.realtime.store(false, std::memory_order_relaxed);
    earlier_links_ = {counters_.met_polling.load(std::memory_order_relaxed),
                      counters_.woke.load(std::memory_order_relaxed),
                      counters_.polled_ns.load(std::memory_order_relaxed)};
    earlier_demotions_ = counters_.demotions.load(std::memory_order_relaxed);
    pass_kept(dead);
    ledger_.script_gone(block_.start);
    link_->next_retired = retired_.load(std::memory_order_relaxed);
    while (!retired_.compare_exchange_weak(link_->next_retired, link_, std::memory_order_release)) {
    }
    link_ = nullptr;
    call_count_ = 0;
    owes_ = more_ = uncalled_ = post_failed_ = false;  // without a link everything passes in its own block
    shift_ = 0;
    rt_state_.store(SlotState::empty, std::memory_order_release);
}

void Slot::adopt_link(Link* link) noexcept {
    link_ = link;
    sent_any_point_ = false;
    start_pending_ = true;
    panic_pending_ = more_ = post_failed_ = false;
    wake_sample_ = INT64_MAX;
    wake_beat_ = no_beat;
    wake_mask_ = 0;
    posted_ = last_sequence_;
    answered_through_ = block_.start;
    late_in_second_ = 0;
    shift_ = options_.pipelined ? block_.frames : 0;
    self_bypassed_.store(false, std::memory_order_relaxed);
    answer_ns_ = 0;
    rt_state_.store(options_.pipelined ? SlotState::pipelined : SlotState::live, std::memory_order_release);
    append_snapshot();
    send_records(ipc::PostType::news);
}

void Slot::overflow() noexcept {
    add(counters_.overflows);
    link_->condemn("no room to post: it has not read its events for too long");
    lose_link(true);
}

// ---- posting -------------------------------------------------------------------------------------------------------

void Slot::post() noexcept {
    const std::int64_t began = ipc::now_ns();
    note_transport_change();
    if (link_ != nullptr) {
        const bool call = child_has_something_to_do();
        const bool can_call = call_count_ < max_calls;
        uncalled_ = call && !can_call && (uncalled_ || posted_ < last_sequence_);
        append_records(!call);
        if (link_ != nullptr && call && can_call) {
            send_records(ipc::PostType::call);
        } else if (!records_.empty()) {
            send_records(ipc::PostType::news);
        }
        encode_ns_ = ipc::now_ns() - began;
        if (called_) {
            encode_.record(encode_ns_);
        }
    }
    block_ns_ += ipc::now_ns() - began;
}

bool Slot::child_has_something_to_do() const noexcept {
    if (start_pending_ || panic_pending_ || more_ || uncalled_ || call_count_ > 0 || wake_sample_ < block_end_ ||
        (wake_beat_ != no_beat && block_.clock->beat_at(static_cast<double>(block_end_)) >= wake_beat_ - 1e-9) ||
        link_->pipe().pending() > link_->pipe().capacity() / 2) {
        return true;
    }
    const std::uint64_t wanted = link_->handles | wake_mask_;
    if ((parameter_change_count_ > 0 && (wanted & wake_on_parameter) != 0) ||
        (transport_changed_ && (wanted & wake_on_transport) != 0)) {
        return true;
    }
    for (std::uint32_t sequence = posted_ + 1; sequence <= last_sequence_; ++sequence) {
        if ((wanted & wire::bit(static_cast<std::uint8_t>(kept(sequence).kind))) != 0) {
            return true;
        }
    }
    return false;
}

void Slot::note_transport_change() noexcept {
    const ClockMap& clock = *block_.clock;
    transport_changed_ = !sent_any_point_ || clock.count > 1 || clock.points[0].sample != sent_point_.sample ||
                         clock.points[0].song_beat != sent_point_.song_beat ||
                         clock.points[0].tempo != sent_point_.tempo || clock.points[0].playing != sent_point_.playing ||
                         clock.points[0].bar != sent_point_.bar;
}

/// Everything the child does not know yet, in time order; at one sample: transport, panic, parameters, start, events.
void Slot::append_records(bool passed) noexcept {
    const ClockMap& clock = *block_.clock;
    std::uint32_t point = transport_changed_ ? 0 : clock.count;
    const auto points_up_to = [&](std::int64_t time) {
        for (; point < clock.count && static_cast<std::int64_t>(std::ceil(clock.points[point].sample)) <= time;
             ++point) {
            append_point(clock.points[point]);
        }
    };
    points_up_to(block_.start);
    ipc::Record record;
    record.time = block_.start;
    if (panic_pending_) {
        panic_pending_ = false;
        record.kind = wire::panic;
        append(record);
    }
    for (std::size_t i = 0; i < parameter_change_count_; ++i) {
        record.kind = wire::parameter;
        record.sequence = parameter_changes_[i].first;
        record.value[0] = parameter_changes_[i].second;
        append(record);
    }
    if (start_pending_) {
        start_pending_ = false;
        record.kind = wire::start;
        append(record);
    }
    while (link_ != nullptr && posted_ < last_sequence_) {
        points_up_to(kept(posted_ + 1).time);
        append_event(posted_ + 1, passed ? wire::flag_passed : 0);
        ++posted_;
    }
    points_up_to(block_end_ - 1);
}

void Slot::append_point(const ClockPoint& point) noexcept {
    ipc::Record record;
    record.kind = wire::transport;
    record.time = std::max(block_.start, static_cast<std::int64_t>(std::ceil(point.sample)));
    record.value[0] = point.sample;
    record.value[1] = point.clock_beat;
    record.value[2] = point.song_beat;
    record.value[3] = point.tempo;
    append(record);
    record.kind = wire::transport_bar;
    record.data[0] = point.playing ? 1 : 0;
    record.value[0] = point.bar_beat;
    record.value[1] = point.bar;
    record.value[2] = point.numerator;
    record.value[3] = point.denominator;
    append(record);
    sent_point_ = point;
    sent_any_point_ = true;
}

void Slot::append_event(std::uint32_t sequence, std::uint8_t flags) noexcept {
    const Event& event = kept(sequence);
    ipc::Record record;
    record.time = event.time;
    record.kind = static_cast<std::uint8_t>(event.kind);
    record.flags = flags;
    record.port = event.port;
    record.channel = event.channel;
    std::copy(event.data.begin(), event.data.end(), record.data);
    record.size = event.size;
    record.sequence = sequence;
    append(record);
}

/// What a new child must know of the past: the clock, controllers, keys that are down.
void Slot::append_snapshot() noexcept {
    append_point(block_.clock->points[0]);
    ipc::Record record;
    record.time = block_.start;
    record.flags = wire::flag_state;
    const auto tell = [&](std::uint8_t status, std::uint8_t d1, std::uint8_t d2) {
        const Event event = event_from_midi(block_.start, 0, status, d1, d2);
        record.kind = static_cast<std::uint8_t>(event.kind);
        record.channel = event.channel;
        record.data[0] = status;
        record.data[1] = d1;
        record.data[2] = d2;
        record.size = event.size;
        append(record);
    };
    memory_.recall(tell);
    for (const NoteLedger::Press& press : ledger_.presses()) {
        record.kind = static_cast<std::uint8_t>(Kind::note_on);
        record.port = press.event.port;
        record.channel = press.event.channel;
        std::copy(press.event.data.begin(), press.event.data.end(), record.data);
        record.size = 3;
        record.sequence = press.sequence;
        append(record);
    }
}

void Slot::append(const ipc::Record& record) noexcept {
    if (records_.size() == ipc::max_post_records) {
        send_records(ipc::PostType::news);
    }
    records_.push_back(record);
}

void Slot::send_records(ipc::PostType type) noexcept {
    ipc::PostHead head;
    head.type = type;
    head.block = block_.number;
    head.start = block_.start;
    head.frames = block_.frames;
    head.posted_ns = ipc::now_ns();
    const std::size_t size = ipc::write_post(message_, head, records_);
    records_.clear();
    if (link_ == nullptr || post_failed_) {
        return;
    }
    const ipc::Status status = link_->pipe().send(std::span(message_).first(size),
                                                  type == ipc::PostType::call ? ipc::Wake::yes : ipc::Wake::no);
    if (status == ipc::Status::full) {
        overflow();
        return;
    }
    if (status != ipc::Status::ok) {
        post_failed_ = true;  // nothing reaches it any more; what is kept passes when it is gone
        link_->condemn("its block lane broke");
        return;
    }
    if (type == ipc::PostType::call) {
        calls_[(call_first_ + call_count_) % max_calls] = {block_.number, block_.start, block_end_, head.posted_ns};
        ++call_count_;
        if (call_count_ == 1) {
            link_->watched.oldest_call_ns.store(head.posted_ns, std::memory_order_release);
        }
        called_ = true;
        company_.calls = company_.block == block_.number ? company_.calls + 1 : 1;
        company_.block = block_.number;
        last_called_ = block_end_;
        last_called_ns.store(head.posted_ns, std::memory_order_relaxed);
        add(counters_.calls);
    }
}

void Slot::tick(std::int64_t due_ns) noexcept {
    if (link_ == nullptr) {
        return;
    }
    const auto near = static_cast<std::int64_t>(2 * options_.sample_rate);
    const bool used =
        block_end_ - last_called_ < near || wake_sample_ < block_end_ + near ||
        (wake_beat_ != no_beat && block_.clock->beat_at(static_cast<double>(block_end_ + near)) >= wake_beat_);
    const bool wanted = used && link_->prewakes.load(std::memory_order_relaxed) &&
                        link_->watched.realtime.load(std::memory_order_relaxed);
    link_->pipe().tick(wanted ? due_ns : 0);
    publish_prewake_figures();
}

void Slot::publish_prewake_figures() noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    const ipc::Pipe::PrewakeFigures now = link_->prewake_figures();
    counters_.met_polling.store(earlier_links_.met_polling + now.met_polling, relaxed);
    counters_.woke.store(earlier_links_.woke + now.woke, relaxed);
    counters_.polled_ns.store(earlier_links_.polled_ns + now.polled_ns, relaxed);
    counters_.demotions.store(earlier_demotions_ + link_->watched.demotions.load(relaxed), relaxed);
    counters_.realtime.store(link_->watched.realtime.load(relaxed), relaxed);
}

// ---- collecting ----------------------------------------------------------------------------------------------------

std::span<const Event> Slot::collect(std::int64_t deadline_ns) noexcept {
    const std::int64_t began = ipc::now_ns();
    if (call_count_ > 0 && shift_ == 0) {
        const bool waits = !owes_;
        const std::int64_t most = company_.calls > 1 ? spin_in_company_ns : spin_alone_ns;
        link_->pipe().set_spin(answer_ns_ <= most ? most : 0);
        while (call_count_ > 0 && apply_next_answer(waits ? deadline_ns : 0)) {
        }
        if (call_count_ > 0) {
            add(waits ? counters_.late : counters_.missed);
            note_lateness(true);
        } else {
            note_lateness(false);
        }
    }
    if (call_count_ == 0 && shift_ == 0 && !post_failed_ && !more_ && !uncalled_) {
        pass_kept(false);
        if (link_ != nullptr) {
            rt_state_.store(self_bypassed_.load(std::memory_order_relaxed) ? SlotState::bypassed : SlotState::live,
                            std::memory_order_relaxed);
        }
    }
    if (finish_pending_) {
        pass_kept(false);
        ledger_.flush_ends(block_end_ - 1);
        ledger_.end_everything(block_end_ - 1, false);
    }
    const std::span<const Event> output = ledger_.finish_block();
    add(counters_.events_out, output.size());
    counters_.kept.store(kept_count(), std::memory_order_relaxed);
    block_ns_ += ipc::now_ns() - began;
    if (called_) {
        scripting_.record(block_ns_);
    }
    return output;
}

bool Slot::apply_next_answer(std::int64_t deadline_ns) noexcept {
    const ipc::Received received = link_->pipe().receive(message_, deadline_ns);
    if (received.status != ipc::Status::ok) {
        if (received.status == ipc::Status::corrupt || received.status == ipc::Status::too_large) {
            link_->condemn("its answers make no sense");
        }
        return false;
    }
    const std::int64_t noticed_ns = ipc::now_ns();
    const Call call = calls_[call_first_];
    ipc::AnswerHead head;
    if (!ipc::read_answer(std::span(message_).first(received.size), head, answer_records_) ||
        head.block != call.block || head.through != call.through) {
        add(counters_.refused);
        link_->condemn("its answers make no sense");
        return false;
    }
    record_times(call, head, noticed_ns);
    answer_ns_ += (std::min(noticed_ns - call.posted_ns, 4 * spin_alone_ns) - answer_ns_) / 8;
    apply_records(head, std::span(answer_records_).first(head.count));
    answered_through_ = call.through;
    wake_sample_ = head.wake_sample;
    wake_beat_ = std::isnan(head.wake_beat) ? no_beat : head.wake_beat;
    wake_mask_ = head.wake_mask;
    more_ = (head.flags & ipc::answer_more) != 0;
    self_bypassed_.store((head.flags & ipc::answer_bypass) != 0, std::memory_order_relaxed);
    call_first_ = (call_first_ + 1) % max_calls;
    --call_count_;
    link_->watched.oldest_call_ns.store(call_count_ > 0 ? calls_[call_first_].posted_ns : 0, std::memory_order_release);
    apply_ns_ = ipc::now_ns() - noticed_ns;
    apply_.record(apply_ns_);
    return true;
}

void Slot::record_times(const Call& call, const ipc::AnswerHead& head, std::int64_t noticed_ns) noexcept {
    // The child's clock readings are its word only: kept inside the time between posting and noticing.
    const auto inside = [&](std::int64_t ns) { return std::clamp(ns, call.posted_ns, noticed_ns); };
    const std::int64_t started = inside(head.started_ns);
    const std::int64_t decoded = std::max(started, inside(head.decoded_ns));
    const std::int64_t handled = std::max(decoded, inside(head.handled_ns));
    const std::int64_t finished = std::max(handled, inside(head.finished_ns));
    wait_.record(started - call.posted_ns);
    busy_.record(finished - started);
    decode_.record(decoded - started);
    python_.record(handled - decoded);
    child_encode_.record(finished - handled);
    returned_.record(noticed_ns - finished);
    add(counters_.cpu_ns, static_cast<std::uint64_t>(std::clamp<std::int64_t>(head.cpu_ns, 0, finished - started)));
}

std::int64_t Slot::landing(std::int64_t time) const noexcept {
    return std::clamp(time + shift_, block_.start, block_end_ - 1);
}

void Slot::apply_records(const ipc::AnswerHead& head, std::span<const ipc::Record> records) noexcept {
    std::int64_t previous = answered_through_;
    for (const ipc::Record& record : records) {
        const std::int64_t time = std::clamp(record.time, previous, std::max(previous, head.through - 1));
        previous = time;
        const std::int64_t lands = landing(time);
        ledger_.flush_ends(lands);
        apply_record(record, time, lands);
    }
    settle_up_to(std::min(head.acknowledged, posted_));
}

void Slot::apply_record(const ipc::Record& record, std::int64_t time, std::int64_t lands) noexcept {
    bool taken = true;
    switch (record.kind) {
        case wire::pass:
            if (record.sequence <= settled_ || record.sequence > posted_) {
                taken = false;  // twice, or never posted
                break;
            }
            settle_up_to(record.sequence - 1);
            settled_ = record.sequence;
            add(counters_.settled);
            add(counters_.events_in);
            taken = ledger_.pass(kept(record.sequence), record.sequence, lands);
            break;
        case static_cast<std::uint8_t>(Kind::note_on): {
            if (record.sequence > settled_ && record.sequence <= posted_) {
                settle_up_to(record.sequence);
            }
            ipc::Record voice = record;
            voice.number = std::isfinite(voice.number) ? voice.number : 0;
            voice.value[0] = std::isfinite(voice.value[0]) ? voice.value[0] : 0;
            const bool recent = last_sequence_ - record.sequence < max_kept && record.sequence != 0;
            taken = ledger_.start_voice(voice, time, lands, recent ? kept(record.sequence).origin : 0);
            break;
        }
        case wire::end_voice:
            ledger_.end_voice(record.voice, record.data[0], (record.flags & wire::flag_choke) != 0, lands);
            break;
        case wire::end_all:
            ledger_.end_all(lands);
            break;
        case wire::set_end:
            taken = std::isfinite(record.value[0]) && record.size <= static_cast<std::uint8_t>(wire::End::beat);
            if (taken) {
                ledger_.set_end(record.voice, static_cast<wire::End>(record.size), record.value[0]);
            }
            break;
        default: {
            Event event = event_from_midi(time, record.port, record.data[0], record.data[1], record.data[2]);
            const bool recent = record.sequence != 0 && last_sequence_ - record.sequence < max_kept;
            event.origin = recent ? kept(record.sequence).origin : 0;
            taken = static_cast<std::uint8_t>(event.kind) == record.kind && event.kind != Kind::note_on &&
                    event.kind != Kind::none && ledger_.send(event, lands);
            break;
        }
    }
    if (!taken) {
        add(counters_.refused);
    }
}

/// Events up to `sequence` that were not passed have been taken by the script.
void Slot::settle_up_to(std::uint32_t sequence) noexcept {
    while (settled_ < sequence) {
        ++settled_;
        ledger_.take_press(kept(settled_), settled_);
        add(counters_.settled);
        add(counters_.events_in);
    }
}

/// Passes every kept event on, in order.
void Slot::pass_kept(bool drop_stale) noexcept {
    const auto stale = static_cast<std::int64_t>(stale_after_seconds * options_.sample_rate);
    while (settled_ < last_sequence_) {
        ++settled_;
        const Event& event = kept(settled_);
        const std::int64_t lands = landing(event.time);
        ledger_.flush_ends(lands);
        add(counters_.settled);
        if (drop_stale && event.kind == Kind::note_on && block_.start - event.time > stale) {
            ledger_.take_press(event, settled_);  // so that its off ends nothing either
            add(counters_.stale);
        } else if (!ledger_.pass(event, settled_, lands)) {
            add(counters_.refused);
        }
    }
    posted_ = std::max(posted_, settled_);
}

void Slot::note_lateness(bool late) noexcept {
    const auto second = static_cast<std::int64_t>(options_.sample_rate);
    if (late) {
        if (link_->watched.late_since_ns.load(std::memory_order_relaxed) == 0) {
            link_->watched.late_since_ns.store(ipc::now_ns(), std::memory_order_release);
            if (link_->watchdog != nullptr) {
                link_->watchdog->note_late();
            }
        }
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
    link_->watched.late_since_ns.store(0, std::memory_order_release);
    if (shift_ > 0 && !options_.pipelined && block_.start - last_late_ >= second) {
        shift_ = 0;
        late_in_second_ = 0;
    }
}

}  // namespace outboard::scripting
