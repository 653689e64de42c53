#include "scripting/child/block_loop.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "ipc/clock.h"
#include "scripting/event.h"
#include "scripting/records.h"

namespace outboard::scripting::child {
namespace {

constexpr std::uint32_t answers_per_collection = 64;
constexpr std::size_t most_backlog = 10 * std::size_t{ipc::max_answer_records};  ///< ten blocks'

std::int64_t thread_cpu_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

/// A key goes up, another goes down.
std::vector<std::byte> warm_up_post() {
    std::array<ipc::Record, 2> records;
    records[0].kind = static_cast<std::uint8_t>(Kind::note_off);
    records[1].kind = static_cast<std::uint8_t>(Kind::note_on);
    std::vector<std::byte> bytes(sizeof(ipc::PostHead) + sizeof records);
    ipc::write_post(bytes, {}, records);
    return bytes;
}

}  // namespace

BlockLoop::BlockLoop(Lanes lanes, std::size_t first, Interpreter& interpreter)
    : lanes_(std::move(lanes)),
      lane_(first),
      interpreter_(interpreter),
      buffer_(std::max(ipc::max_post_bytes, ipc::max_answer_bytes)),
      warm_post_(warm_up_post()),
      incoming_(ipc::max_post_records) {
    waiting_.reserve(4 * ipc::max_post_records);
    output_.reserve(4 * ipc::max_answer_records);
}

void BlockLoop::prewake(std::int64_t guard_ns) {
    for (const auto& lane : lanes_) {
        lane->prewake({.guard_ns = guard_ns}, [this](const ipc::Pipe::Came& came) { warm_up(came); });
    }
}

/// Between messages: the buffer is free, and what lies in `waiting_` and `output_` is left as it is.
void BlockLoop::warm_up(const ipc::Pipe::Came& came) {
    ipc::PostHead post;
    if (!ipc::read_post(warm_post_, post, incoming_)) {
        return;
    }
    const std::int64_t cpu_before = thread_cpu_ns();
    const std::size_t kept = output_.size();
    const Interpreter::Answer result =
        interpreter_.warm_up(came, post.start, post.frames, std::span(incoming_).first(post.count), output_);
    if (!came()) {
        ipc::AnswerHead head;
        head.wake_sample = result.wake_sample;
        head.cpu_ns = thread_cpu_ns() - cpu_before;
        head.finished_ns = ipc::now_ns();
        const std::size_t made = std::min<std::size_t>(output_.size() - kept, ipc::max_answer_records);
        ipc::write_answer(buffer_, head, std::span(output_).subspan(kept, made));
    }
    output_.resize(kept);
}

void BlockLoop::run() {
    for (;;) {
        for (Chore& chore : chores_) {
            if (chore.overdue(ipc::now_ns())) {
                chore.run(interpreter_);
            }
        }
        // Idle is who has nothing to read.
        const ipc::Received received = lanes_[lane_]->receive(buffer_, std::min(chores_[0].due(), chores_[1].due()));
        if (received.status == ipc::Status::timed_out) {
            (chores_[0].due() <= chores_[1].due() ? chores_[0] : chores_[1]).run(interpreter_);
            continue;
        }
        const std::int64_t started_ns = ipc::now_ns();
        ipc::PostHead post;
        if (received.status != ipc::Status::ok ||
            !ipc::read_post(std::span(buffer_).first(received.size), post, incoming_) ||
            post.type == ipc::PostType::quit) {
            return;
        }
        if (post.type == ipc::PostType::change_lane) {
            lane_ = 1 - lane_;
            continue;
        }
        if (post.type == ipc::PostType::audio) {
            if (post.count == 1) {
                answer_audio(post, incoming_[0], started_ns);
            }
            continue;
        }
        for (std::uint32_t i = 0; i < post.count; ++i) {
            const ipc::Record& record = incoming_[i];
            if (record.kind == wire::save) {
                keep_asked_ = true;
                continue;
            }
            waiting_.push_back(record);
            if (record.kind <= last_kind && (record.flags & wire::flag_state) == 0) {
                acknowledged_ = std::max(acknowledged_, record.sequence);
            }
        }
        if (post.type == ipc::PostType::call) {
            answer(post, started_ns);
            if (std::exchange(keep_asked_, false)) {
                interpreter_.keep();
            }
        }
    }
}

void BlockLoop::answer(const ipc::PostHead& call, std::int64_t started_ns) {
    const std::int64_t cpu_before = thread_cpu_ns();
    const Interpreter::Answer result = interpreter_.run_block(call.start, call.frames, waiting_, output_);
    waiting_.clear();
    const bool gives_up = output_.size() > most_backlog;
    if (gives_up) {
        give_up_flooding(call);
    }

    ipc::AnswerHead head;
    head.block = call.block;
    head.through = call.start + call.frames;
    head.acknowledged = acknowledged_;
    head.wake_mask = result.wake_mask;
    head.wake_sample = result.wake_sample;
    head.wake_beat = result.wake_beat;
    head.started_ns = started_ns;
    head.decoded_ns = result.decoded_ns;
    head.handled_ns = result.handled_ns;
    head.flags = result.bypassed || gives_up ? ipc::answer_bypass : 0;
    const std::size_t sent = std::min<std::size_t>(output_.size(), ipc::max_answer_records);
    if (sent < output_.size()) {
        head.flags |= ipc::answer_more;
        head.flooded = static_cast<std::uint32_t>(output_.size() - sent);
        // What follows the cut is not complete: the host may take only the events that were dealt with before it.
        for (std::size_t i = sent; i < output_.size(); ++i) {
            if (output_[i].sequence != 0) {
                head.acknowledged = std::min(head.acknowledged, output_[i].sequence - 1);
            }
        }
    }
    head.cpu_ns = thread_cpu_ns() - cpu_before;
    head.finished_ns = ipc::now_ns();
    send(head, std::span(output_).first(sent));
    note_chores(result.save_wanted, result.show_wanted);
    output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(sent));
}

/// What was posted before and nobody called for (the song's clock, parameters, events that passed) is taken in first:
/// the sound is made with what holds for this block.
void BlockLoop::answer_audio(const ipc::PostHead& post, const ipc::Record& record, std::int64_t started_ns) {
    const std::int64_t cpu_before = thread_cpu_ns();
    const Interpreter::AudioAnswer result =
        interpreter_.run_audio(record.data[0], post.start, post.frames, waiting_, output_);
    waiting_.clear();
    ipc::AnswerHead head;
    head.flags = ipc::answer_audio | (result.processed ? 0 : ipc::answer_dry) |
                 (result.bypassed ? ipc::answer_bypass : 0) | (output_.empty() ? 0 : ipc::answer_more);
    head.block = post.block;
    head.through = post.start + post.frames;
    head.started_ns = head.decoded_ns = started_ns;
    head.cpu_ns = thread_cpu_ns() - cpu_before;
    head.handled_ns = head.finished_ns = ipc::now_ns();
    send(head, {});
    note_chores(result.save_wanted, result.show_wanted);
}

void BlockLoop::note_chores(bool save, bool show) {
    chores_[0].wanted = chores_[0].wanted || save;
    chores_[1].wanted = chores_[1].wanted || show;
}

void BlockLoop::send(const ipc::AnswerHead& head, std::span<const ipc::Record> records) {
    const std::size_t size = ipc::write_answer(buffer_, head, records);
    while (lanes_[lane_]->send(std::span(buffer_).first(size), ipc::Wake::yes) == ipc::Status::full) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));  // the host reads at its next block
    }
    if (++answers_ % answers_per_collection == 0) {
        interpreter_.collect_garbage();
    }
}

/// What waits is dropped, but for events that pass; all its voices end.
void BlockLoop::give_up_flooding(const ipc::PostHead& call) {
    interpreter_.give_up_flooding(output_.size());
    std::erase_if(output_, [](const ipc::Record& record) { return record.kind != wire::pass; });
    ipc::Record end;
    end.kind = wire::end_all;
    end.time = call.start + call.frames - 1;
    output_.push_back(end);
}

}  // namespace outboard::scripting::child
