// What a slot posts to its child, and whether it calls it: the first half of a block, on the audio thread.

#include <algorithm>
#include <cmath>
#include <utility>

#include "ipc/clock.h"
#include "ipc/prewake.h"
#include "scripting/slot.h"

namespace outboard::scripting {
namespace {

constexpr std::uint64_t wake_on_parameter = wire::bit(wire::parameter);
constexpr std::uint64_t wake_on_text = wire::bit(wire::text);
constexpr std::uint64_t wake_on_transport = wire::bit(wire::transport);
constexpr std::uint32_t most_prepared = 3;  ///< on a core: each takes a tenth of a block of 64 frames

}  // namespace

void Slot::post() noexcept {
    const std::int64_t began = ipc::now_ns();
    post_deferred_ = leaving_.link != nullptr;
    if (post_deferred_) {
        post_leaving();
    } else {
        post_segment();
    }
    claim_ = claim();
    company().share.claim(claim_);
    block_ns_ += ipc::now_ns() - began;
}

void Slot::post_segment() noexcept {
    const std::int64_t began = ipc::now_ns();
    note_transport_change();
    if (link_ != nullptr) {
        const bool call = child_has_something_to_do();
        const bool can_call = call_count_ < max_calls;
        uncalled_ = call && !can_call && (uncalled_ || posted_ < segment_last_);
        append_records(!call);
        if (link_ != nullptr && call && can_call) {
            send_records(ipc::PostType::call);
        } else if (!records_.empty()) {
            send_records(ipc::PostType::news);
        }
        encode_ns_ += ipc::now_ns() - began;
    }
}

bool Slot::child_has_something_to_do() const noexcept {
    if (start_pending_ || save_pending_ || loops_begin_ != 0 || panic_pending_ || more_ || uncalled_ ||
        call_count_ > 0 || wake_sample_ < segment_end_ || finishes_here() || left_out_changed() ||
        link_->wants_call.load(std::memory_order_relaxed) ||
        (wake_beat_ != no_beat && block_.clock->beat_at(static_cast<double>(segment_end_)) >= wake_beat_ - 1e-9) ||
        link_->pipe().pending() > link_->pipe().capacity() / 2) {
        return true;
    }
    const std::uint64_t wanted = link_->handles | wake_mask_;
    if ((parameter_change_count_ > 0 && (wanted & wake_on_parameter) != 0) ||
        ((wanted & wake_on_text) != 0 && has_text()) || (transport_changed_ && (wanted & wake_on_transport) != 0)) {
        return true;
    }
    for (std::uint32_t sequence = posted_ + 1; sequence <= segment_last_; ++sequence) {
        const Event& event = kept(sequence);
        if ((wanted & wire::bit(static_cast<std::uint8_t>(event.kind))) != 0 ||
            ((wanted & wake_on_parameter) != 0 && learned_by(event) != nullptr)) {
            return true;
        }
    }
    return false;
}

void Slot::note_transport_change() noexcept {
    const ClockMap& clock = *block_.clock;
    transport_changed_ =
        !sent_any_point_ || clock.count > 1 || clock.points[0].sample != sent_point_.sample ||
        clock.points[0].song_beat != sent_point_.song_beat || clock.points[0].tempo != sent_point_.tempo ||
        clock.points[0].playing != sent_point_.playing || clock.points[0].bar != sent_point_.bar ||
        clock.points[0].loop_begin != sent_point_.loop_begin || clock.points[0].loop_end != sent_point_.loop_end;
}

/// Everything the child does not know yet, in time order; at one sample: transport, panic, parameters, start, events.
void Slot::append_records(bool passed) noexcept {
    const ClockMap& clock = *block_.clock;
    std::uint32_t point = transport_changed_ ? 0 : clock.count;
    const auto points_up_to = [&](std::int64_t time) {
        for (; point < clock.count && round_sample(clock.points[point].sample) <= time; ++point) {
            append_point(clock.points[point]);
        }
    };
    points_up_to(segment_start_);
    ipc::Record record;
    record.time = segment_start_;
    if (panic_pending_) {
        panic_pending_ = false;
        record.kind = wire::panic;
        append(record);
    }
    for (std::size_t i = 0; i < silent_.size(); ++i) {  // without room the link goes, and these with it
        record.kind = wire::voice_silent;
        record.voice = silent_[i];
        append(record);
    }
    silent_.clear();
    for (std::size_t i = 0; i < settings; ++i) {
        if ((settings_changed_ >> i & 1) != 0) {
            append_setting(i);
        }
    }
    settings_changed_ = 0;
    const std::size_t changes = std::exchange(parameter_change_count_, 0);
    for (std::size_t i = 0; i < changes; ++i) {
        record.kind = wire::parameter;
        record.sequence = parameter_changes_[i].first;
        record.value[0] = parameter_changes_[i].second;
        append(record);
    }
    append_text();
    if (left_out_changed()) {
        link_->left_out_told = link_->left_out.load(std::memory_order_relaxed);
        record.kind = wire::bypass;
        record.voice = link_->left_out_told;
        append(record);
        record.voice = 0;
    }
    if (start_pending_) {
        start_pending_ = false;
        if (loops_wait_ != 0) {
            record.kind = wire::wait_loops;
            record.voice = loops_wait_;
            append(record);
            record.voice = 0;
        }
        record.kind = wire::start;
        append(record);
    }
    if (save_pending_) {
        save_pending_ = false;
        record.kind = wire::save;
        append(record);
    }
    while (link_ != nullptr && posted_ < segment_last_) {
        append_begin_loops(kept(posted_ + 1).time);
        points_up_to(kept(posted_ + 1).time);
        append_event(posted_ + 1, passed ? wire::flag_passed : 0);
        ++posted_;
    }
    append_begin_loops(segment_end_ - 1);
    points_up_to(segment_end_ - 1);
    if (finishes_here() && link_ != nullptr) {
        record.kind = wire::finish;
        record.time = block_end_ - 1;
        append(record);
    }
}

void Slot::append_point(const ClockPoint& point) noexcept {
    ipc::Record record;
    record.kind = wire::transport;
    record.time = std::max(block_.start, round_sample(point.sample));
    record.value[0] = point.sample;
    record.value[1] = point.clock_beat;
    record.value[2] = point.song_beat;
    record.value[3] = point.tempo;
    append(record);
    record.kind = wire::transport_bar;
    record.data[0] = point.playing ? 1 : 0;
    record.data[1] = point.numerator;
    record.data[2] = point.denominator;
    record.value[0] = point.bar_beat;
    record.value[1] = point.bar;
    record.value[2] = point.loop_begin;
    record.value[3] = point.loop_end;
    append(record);
    sent_point_ = point;
    sent_any_point_ = true;
}

void Slot::append_event(std::uint32_t sequence, std::uint8_t flags) noexcept {
    const Event& event = kept(sequence);
    ipc::Record record;
    record.time = event.time;
    if (const Parameter* parameter = learned_by(event)) {
        record.kind = wire::parameter;
        record.sequence = static_cast<std::uint32_t>(parameter - link_->parameters.data());
        record.value[0] = value_at(*parameter, event.data[2] / 127.0);
        append(record);
        record = {};
        record.time = event.time;
    }
    record.kind = static_cast<std::uint8_t>(event.kind);
    record.flags = flags;
    record.port = event.port;
    record.channel = event.channel;
    std::copy(event.data.begin(), event.data.end(), record.data);
    record.size = event.size;
    record.sequence = sequence;
    record.number = event.tuning;
    if (event.kind == Kind::sysex && flags == 0) {  // the bytes of one that has passed are nobody's business
        append_sysex(record, sysex(event.blob));
    } else {
        append(record);
    }
}

/// What a new child must know of the past: the clock, controllers, keys that are down.
void Slot::append_snapshot() noexcept {
    append_point(block_.clock->point_at(static_cast<double>(segment_start_)));
    ipc::Record record;
    record.time = segment_start_;
    record.flags = wire::flag_state;
    const auto tell = [&](std::uint8_t status, std::uint8_t d1, std::uint8_t d2) {
        const Event event = event_from_midi(segment_start_, 0, status, d1, d2);
        record.kind = static_cast<std::uint8_t>(event.kind);
        record.channel = event.channel;
        record.data[0] = status;
        record.data[1] = d1;
        record.data[2] = d2;
        record.size = event.size;
        append(record);
    };
    memory_.recall(tell);
    for (std::size_t i = 0; i < settings; ++i) {
        append_setting(i);
    }
    ledger_.look_ahead();
    for (std::uint32_t sequence = settled_ + 1; sequence <= posted_; ++sequence) {
        ledger_.look_ahead(kept(sequence), sequence);
    }
    for (const NoteLedger::Press& press : ledger_.presses_ahead()) {
        record.kind = static_cast<std::uint8_t>(Kind::note_on);
        record.port = press.event.port;
        record.channel = press.event.channel;
        std::copy(press.event.data.begin(), press.event.data.end(), record.data);
        record.size = 3;
        record.sequence = press.sequence;
        append(record);
    }
}

/// Values that were set since the new child was told of them.
void Slot::append_values() noexcept {
    ipc::Record record;
    record.kind = wire::parameter;
    record.time = segment_start_;
    for (std::size_t i = 0; i < link_->parameters.size() && i < live_values_.size(); ++i) {
        record.value[0] = live_values_[i].load(std::memory_order_relaxed);
        if (record.value[0] != link_->parameters[i].value) {
            record.sequence = static_cast<std::uint32_t>(i);
            append(record);
            ++moves_;
        }
    }
}

void Slot::append_setting(std::size_t index) noexcept {
    ipc::Record record;
    record.time = segment_start_;
    record.kind = wire::setting_is;
    record.data[0] = static_cast<std::uint8_t>(index);
    record.value[0] = settings_[index];
    append(record);
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
    head.start = segment_start_;
    head.frames = static_cast<std::uint32_t>(segment_end_ - segment_start_);
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
        link_->wants_call.store(false, std::memory_order_relaxed);
        calls_[(call_first_ + call_count_) % max_calls] = {block_.number, segment_start_, segment_end_, head.posted_ns,
                                                           posted_};
        ++call_count_;
        watch_oldest();
        called_ = true;
        ++company().calls;
        last_called_ = block_end_;
        surprised_ = foreseen_ ? surprised_ : block_end_;
        last_called_ns.store(head.posted_ns, std::memory_order_relaxed);
        add(counters_.calls);
        link_->watched.calls.store(link_->watched.calls.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
}

/// What this block says of the next one, after the post.
CoreShare::Claim Slot::claim() noexcept {
    using enum CoreShare::Claim;
    const std::uint64_t coming = std::exchange(coming_, 0);
    if (link_ == nullptr || !link_->prewakes.load(std::memory_order_relaxed) ||
        !link_->watched.realtime.load(std::memory_order_relaxed)) {
        return none;
    }
    const auto wakes_before = [&](std::int64_t sample) {
        return wake_sample_ < sample ||
               (wake_beat_ != no_beat && block_.clock->beat_at(static_cast<double>(sample)) >= wake_beat_ - 1e-9);
    };
    // If it is called in this block, its answer will tell for when it waits then.
    const std::int64_t end = block_end_ + block_.frames;  // where the next one is as long as this one
    if ((coming & (link_->handles | wake_mask_)) != 0 || owes_ || more_ || uncalled_ ||
        (!called_ && wakes_before(end))) {
        return called;
    }
    const auto near = static_cast<std::int64_t>(2 * options_.sample_rate);
    if (block_end_ - surprised_ < near) {
        return surprised;
    }
    if (block_end_ - last_called_ < near || wakes_before(block_end_ + near)) {
        return awake_ ? stays : comes;
    }
    return none;
}

Slot::Company& Slot::company() noexcept {
    if (company_.block != block_.number) {
        company_.block = block_.number;
        company_.calls = 0;
        company_.share.begin_block();
        company_.prepared = 0;
    }
    return company_;
}

void Slot::tick(std::int64_t due_ns) noexcept {
    if (link_ == nullptr) {
        return;
    }
    Company& all = company();
    const std::uint32_t cores = all.cores.load(std::memory_order_relaxed);
    awake_next_ = due_ns != 0 && all.share.take(claim_, cores);
    link_->pipe().tick(due_ns, awake_next_ ? ipc::Wake::yes : ipc::Wake::no);
    const bool cold = claim_ == CoreShare::Claim::called && !awake_next_ && !called_;
    if (cold && due_ns > block_.callback_start_ns && all.prepared < most_prepared * cores) {
        ++all.prepared;
        link_->pipe().prepare();
    }
    count_tick(due_ns);
    publish_prewake_figures();
}

void Slot::count_tick(std::int64_t due_ns) noexcept {
    const std::int64_t interval = due_ns - std::exchange(due_ns_, due_ns);
    if (interval < ipc::least_period_ns) {
        return;
    }
    constexpr auto relaxed = std::memory_order_relaxed;
    const std::int64_t before = std::exchange(interval_ns_, interval);
    ticks.store(ticks.load(relaxed) + 1, relaxed);
    gaps.store(gaps.load(relaxed) + (2 * interval > 3 * before ? 1 : 0), relaxed);
}

void Slot::publish_prewake_figures() noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    const ipc::Pipe::PrewakeFigures now = link_->prewake_figures();
    counters_.met_polling.store(earlier_links_.met_polling + now.met_polling, relaxed);
    counters_.woke.store(earlier_links_.woke + now.woke, relaxed);
    counters_.polled_ns.store(earlier_links_.polled_ns + now.polled_ns, relaxed);
    counters_.demotions.store(earlier_demotions_ + link_->watched.demotions.load(relaxed), relaxed);
    counters_.fetched.store(earlier_fetches_ + link_->watched.fetches.load(relaxed), relaxed);
    counters_.realtime.store(link_->watched.realtime.load(relaxed), relaxed);
}

}  // namespace outboard::scripting
