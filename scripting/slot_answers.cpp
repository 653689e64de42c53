// What a slot makes of its child's answers, and of the events that no answer covers: the second half of a block, on the
// audio thread.

#include <algorithm>
#include <cmath>

#include "ipc/clock.h"
#include "scripting/slot.h"

namespace outboard::scripting {
namespace {

constexpr double stale_after_seconds = 0.05;
constexpr std::int64_t answer_step_ns = 8'000;  ///< by which the median is followed

}  // namespace

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
        ((head.flags & ipc::answer_audio) == 0 &&
         (call_count_ == 0 || head.block != call.block || head.through != call.through))) {
        add(counters_.refused);
        link_->condemn("its answers make no sense");
        return false;
    }
    if ((head.flags & ipc::answer_audio) != 0) {
        return apply_audio_answer(head, noticed_ns);
    }
    CallFigures::Answer times = times_of(call, head, noticed_ns);
    answer_ns_ += noticed_ns - call.posted_ns > answer_ns_ ? answer_step_ns : -answer_step_ns;
    answered_ = call.last;
    apply_records(head, std::span(answer_records_).first(head.count));
    answered_through_ = call.through;
    wake_sample_ = head.wake_sample;
    wake_beat_ = std::isnan(head.wake_beat) ? no_beat : head.wake_beat;
    wake_mask_ = head.wake_mask;
    add(counters_.flooded, head.flooded);
    more_ = (head.flags & ipc::answer_more) != 0;
    self_bypassed_.store((head.flags & ipc::answer_bypass) != 0, std::memory_order_relaxed);
    call_first_ = (call_first_ + 1) % max_calls;
    --call_count_;
    watch_oldest();
    times.apply = ipc::now_ns() - noticed_ns;
    measured_.note_answer(times);
    return true;
}

CallFigures::Answer Slot::times_of(const Call& call, const ipc::AnswerHead& head, std::int64_t noticed_ns) noexcept {
    // The child's clock readings are its word only: kept inside the time between posting and noticing.
    const auto inside = [&](std::int64_t ns) { return std::clamp(ns, call.posted_ns, noticed_ns); };
    const std::int64_t started = inside(head.started_ns);
    const std::int64_t decoded = std::max(started, inside(head.decoded_ns));
    const std::int64_t handled = std::max(decoded, inside(head.handled_ns));
    const std::int64_t finished = std::max(handled, inside(head.finished_ns));
    finished_ns_ = finished;
    busy_here_ns_ += std::max<std::int64_t>(finished - std::max(started, looks_since_ns_), 0);
    add(counters_.cpu_ns, static_cast<std::uint64_t>(std::clamp<std::int64_t>(head.cpu_ns, 0, finished - started)));
    return {.wait = started - call.posted_ns,
            .decode = decoded - started,
            .python = handled - decoded,
            .encode = finished - handled,
            .returned = noticed_ns - finished};
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
    settle_up_to(std::min(head.acknowledged, answered_));
}

void Slot::apply_record(const ipc::Record& record, std::int64_t time, std::int64_t lands,
                        bool leaving_speaks) noexcept {
    bool taken = true;
    if (sysex_joiner_.open() && record.kind != wire::sysex_bytes) {
        sysex_joiner_.forget();
        add(counters_.refused);
    }
    switch (record.kind) {
        case wire::pass:
            if (leaving_speaks || record.sequence <= settled_ || record.sequence > answered_) {
                taken = false;  // twice, or not posted yet
                break;
            }
            settle_up_to(record.sequence - 1);
            settled_ = record.sequence;
            add(counters_.settled);
            add(counters_.events_in);
            taken = ledger_.pass(kept(record.sequence), record.sequence, lands);
            break;
        case static_cast<std::uint8_t>(Kind::note_on): {
            if (!leaving_speaks && record.sequence > settled_ && record.sequence <= answered_) {
                settle_up_to(record.sequence);
            }
            ipc::Record voice = record;
            voice.number = std::isfinite(voice.number) ? voice.number : 0;
            for (double& value : voice.value) {
                value = std::isfinite(value) ? value : 0;
            }
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
                ledger_.set_end(record.voice, static_cast<wire::End>(record.size), record.value[0], time, lands, false);
            }
            break;
        case wire::change_note: {
            ipc::Record change = record;
            change.value[1] = std::isfinite(change.value[1]) ? change.value[1] : 0;
            taken = ledger_.change_note(change, time, lands);
            break;
        }
        case wire::set_setting:
            taken = apply_setting(record, lands);
            break;
        case static_cast<std::uint8_t>(Kind::sysex):
            taken = begin_sysex(record, time, lands);
            break;
        case wire::sysex_bytes:
            taken = add_sysex(record, lands);
            break;
        case static_cast<std::uint8_t>(Kind::note_expression):
            taken = send_expression(record, lands);
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

bool Slot::apply_setting(const ipc::Record& record, std::int64_t lands) noexcept {
    if (record.data[0] >= settings) {
        return false;
    }
    Event event;
    event.kind = Kind::setting;
    event.channel = options_.channel;
    event.data[0] = record.data[0];
    event.value = clamped(static_cast<Setting>(record.data[0]), record.value[0]);
    settings_[record.data[0]] = event.value;
    return ledger_.send(event, lands);
}

bool Slot::send_expression(const ipc::Record& record, std::int64_t lands) noexcept {
    if (record.data[0] > static_cast<std::uint8_t>(Expression::pressure) || record.data[1] > 127 ||
        !std::isfinite(record.number)) {
        return false;
    }
    const bool recent = record.sequence != 0 && last_sequence_ - record.sequence < max_kept;
    Event event;
    event.kind = Kind::note_expression;
    event.port = record.port;
    event.channel = record.channel & 0x0F;
    event.data = {record.data[0], record.data[1], 0};
    event.tuning = record.number;
    event.origin = recent ? kept(record.sequence).origin : 0;
    return ledger_.send(event, lands);
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

/// Passes every kept event up to `sequence` on, in order.
void Slot::pass_up_to(std::uint32_t sequence, bool drop_stale) noexcept {
    const auto stale = static_cast<std::int64_t>(stale_after_seconds * options_.sample_rate);
    while (settled_ < sequence) {
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

}  // namespace outboard::scripting
