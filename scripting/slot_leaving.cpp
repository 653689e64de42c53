// A child from which another took over, until it has come to its end: at most four bars. It is posted every block,
// hears events as news that need no outcome of it, and is awaited before the new child is posted.

#include <algorithm>
#include <cmath>

#include "ipc/clock.h"
#include "scripting/slot.h"

namespace outboard::scripting {
namespace {

constexpr double most_bars = 4;

}  // namespace

/// The live child becomes the one that leaves, from the segment's start on.
void Slot::let_leave(const Link& next) noexcept {
    count_link();
    silent_.clear();
    hop_.let_go(false);
    audio_late_ = false;
    const ClockPoint& point = block_.clock->point_at(static_cast<double>(segment_start_));
    const double bar = 4.0 * point.numerator / std::max<double>(point.denominator, 1);
    const double samples = most_bars * bar * 60.0 * options_.sample_rate / std::max(point.tempo, 1.0);
    leaving_ = {};
    leaving_.link = link_;
    leaving_.hands_over = true;
    leaving_.since = segment_start_;
    leaving_.last = leaving_.posted = segment_last_;
    leaving_.calls = calls_;
    leaving_.first = call_first_;
    leaving_.count = call_count_;
    leaving_.until = segment_start_ + round_sample(samples);
    leaving_.answered_through = answered_through_;
    if (next.handover.from == link_) {
        leaving_.stay = next.handover.stay;
        leaving_.next = next.handover.next;
        loops_wait_ = next.handover.wait;
    }
    link_->watched.late_since_ns.store(0, std::memory_order_release);
    link_ = nullptr;
    call_count_ = 0;
    owes_ = more_ = uncalled_ = false;
    if (shift_ == 0) {
        complete_handover(false);
    }
}

/// All that the old child has to say of what lies before the swap has been said.
void Slot::complete_handover(bool drop_stale) noexcept {
    leaving_.hands_over = false;
    pass_up_to(leaving_.last, drop_stale);
    ledger_.script_leaves(landing(leaving_.since));
    leaving_.answered_through = std::max(leaving_.answered_through, leaving_.since);
    sysex_joiner_.forget();
    if (link_ != nullptr) {
        watch_oldest();
    }
}

void Slot::post_leaving() noexcept {
    if (leaving_.count == max_calls) {
        return;
    }
    const ClockMap& clock = *block_.clock;
    records_.clear();
    const auto tell = [&](std::uint32_t i) {
        const std::size_t most = ipc::max_post_records - 4;
        if (records_.size() < most) {
            append_point(clock.points[i]);
        }
    };
    const bool sent_any = sent_any_point_;  // these are of the child that is live
    const ClockPoint sent = sent_point_;
    std::uint32_t point = 0;
    for (; point < clock.count && (point == 0 || clock.points[point].sample <= static_cast<double>(segment_start_));
         ++point) {
        tell(point);
    }
    if (!leaving_.told) {
        leaving_.told = true;
        ipc::Record record;
        record.kind = wire::leave;
        record.time = segment_start_;
        record.voice = leaving_.stay;
        append(record);
    }
    for (; leaving_.posted < segment_last_ && records_.size() < ipc::max_post_records - 4; ++leaving_.posted) {
        const std::int64_t time = kept(leaving_.posted + 1).time;
        for (; point < clock.count && static_cast<std::int64_t>(std::ceil(clock.points[point].sample)) <= time;
             ++point) {
            tell(point);
        }
        append_event(leaving_.posted + 1, wire::flag_passed);
    }
    for (; point < clock.count; ++point) {
        tell(point);
    }
    sent_any_point_ = sent_any;
    sent_point_ = sent;

    ipc::PostHead head;
    head.block = block_.number;
    head.start = segment_start_;
    head.frames = static_cast<std::uint32_t>(segment_end_ - segment_start_);
    head.posted_ns = ipc::now_ns();
    const std::size_t size = ipc::write_post(message_, head, records_);
    records_.clear();
    if (leaving_.link->pipe().send(std::span(message_).first(size), ipc::Wake::yes) != ipc::Status::ok) {
        end_leaving();
        return;
    }
    leaving_.calls[(leaving_.first + leaving_.count) % max_calls] = {block_.number, segment_start_, segment_end_,
                                                                     head.posted_ns};
    if (++leaving_.count == 1) {
        leaving_.link->watched.oldest_call_ns.store(head.posted_ns, std::memory_order_release);
    }
}

/// The live child's turn, when what the one that leaves did in the same part of the block may be known.
void Slot::post_after_leaving(std::int64_t deadline_ns) noexcept {
    if (leaving_.link != nullptr && shift_ == 0) {  // else it is heard one block later, and taken then
        await_leaving(deadline_ns);
    }
    post_segment();
}

/// Also when it is late: then only looks at what is there.
void Slot::await_leaving(std::int64_t deadline_ns) noexcept {
    const bool waits = shift_ > 0 || leaving_.count == 1;
    bool answered = true;
    while (leaving_.link != nullptr && answered) {
        if (leaving_.hands_over && !leaving_.owes()) {
            complete_handover(false);
        }
        answered = leaving_.count > 0 && apply_leaving_answer(waits ? deadline_ns : 0);
    }
    if (leaving_.link != nullptr && leaving_.over && leaving_.count == 0) {
        end_leaving();
    }
}

bool Slot::apply_leaving_answer(std::int64_t deadline_ns) noexcept {
    const ipc::Received received = leaving_.link->pipe().receive(message_, deadline_ns);
    if (received.status == ipc::Status::timed_out) {
        return false;
    }
    if (received.status == ipc::Status::closed || received.status == ipc::Status::peer_died) {
        end_leaving();
        return false;
    }
    const Call call = leaving_.calls[leaving_.first];
    ipc::AnswerHead head;
    if (received.status != ipc::Status::ok ||
        !ipc::read_answer(std::span(message_).first(received.size), head, answer_records_) ||
        head.block != call.block || head.through != call.through) {
        add(counters_.refused);
        end_leaving();
        return false;
    }
    const std::int64_t noticed_ns = ipc::now_ns();
    CallFigures::Answer times;
    if (leaving_.hands_over) {
        times = times_of(call, head, noticed_ns);
        add(counters_.flooded, head.flooded);
        answered_ = leaving_.last;
    }
    ledger_.hear_leaving(!leaving_.hands_over);
    std::int64_t previous = leaving_.answered_through;
    for (const ipc::Record& record : std::span(answer_records_).first(head.count)) {
        const std::int64_t time = std::clamp(record.time, previous, std::max(previous, head.through - 1));
        previous = time;
        const std::int64_t lands = landing(time);
        ledger_.flush_ends(lands);
        if (record.kind == wire::loop_over) {
            const std::uint32_t begins = record.voice < leaving_.next.size() ? leaving_.next[record.voice] : 0;
            loops_begin_at_ = loops_begin_ == 0 ? time : std::min(loops_begin_at_, time);
            loops_begin_ |= begins & loops_wait_;
            loops_wait_ &= ~begins;
        } else if (record.kind == wire::left) {
            leaving_.over = true;
        } else {
            apply_record(record, time, lands, !leaving_.hands_over);
        }
    }
    ledger_.hear_leaving(false);
    if (leaving_.hands_over) {
        settle_up_to(std::min(head.acknowledged, answered_));
        times.apply = ipc::now_ns() - noticed_ns;
        measured_.note_answer(times);
    }
    leaving_.answered_through = call.through;
    leaving_.more = (head.flags & ipc::answer_more) != 0;
    leaving_.over = leaving_.over && !leaving_.more;
    leaving_.first = (leaving_.first + 1) % max_calls;
    --leaving_.count;
    leaving_.link->watched.oldest_call_ns.store(leaving_.count > 0 ? leaving_.calls[leaving_.first].posted_ns : 0,
                                                std::memory_order_release);
    return true;
}

/// Its voices are the ledger's from now on; loops that still wait for it begin.
void Slot::end_leaving() noexcept {
    if (leaving_.hands_over) {
        complete_handover(true);
    }
    ledger_.hear_leaving(true);
    ledger_.script_gone(segment_start_);
    ledger_.hear_leaving(false);
    retire(leaving_.link);
    leaving_ = {};
    if (loops_wait_ != 0) {
        loops_begin_at_ = loops_begin_ == 0 ? segment_start_ : loops_begin_at_;
        loops_begin_ |= loops_wait_;
        loops_wait_ = 0;
    }
}

/// Live loops whose round the old child has ended.
void Slot::append_begin_loops(std::int64_t up_to) noexcept {
    if (loops_begin_ == 0 || loops_begin_at_ > up_to) {
        return;
    }
    ipc::Record record;
    record.kind = wire::begin_loops;
    record.time = std::max(loops_begin_at_, segment_start_);
    record.voice = loops_begin_;
    // Before this block, if the old child is heard a block later.
    record.value[0] = static_cast<double>(loops_begin_at_);
    loops_begin_ = 0;
    append(record);
}

}  // namespace outboard::scripting
