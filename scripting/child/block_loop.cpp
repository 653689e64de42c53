#include "scripting/child/block_loop.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "ipc/clock.h"
#include "scripting/records.h"

namespace outboard::scripting::child {
namespace {

constexpr std::uint32_t answers_per_collection = 64;
constexpr std::size_t most_backlog = 10 * std::size_t{ipc::max_answer_records};  ///< ten blocks'
constexpr std::int64_t between_saves_ns = 1'000'000'000;

std::int64_t thread_cpu_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

BlockLoop::BlockLoop(Lanes lanes, std::size_t first, Interpreter& interpreter)
    : lanes_(std::move(lanes)),
      lane_(first),
      interpreter_(interpreter),
      buffer_(std::max(ipc::max_post_bytes, ipc::max_answer_bytes)),
      incoming_(ipc::max_post_records) {
    waiting_.reserve(4 * ipc::max_post_records);
    output_.reserve(4 * ipc::max_answer_records);
}

void BlockLoop::prewake(std::int64_t guard_ns) {
    for (const auto& lane : lanes_) {
        lane->prewake({.guard_ns = guard_ns}, [this] { interpreter_.warm_up(); });
    }
}

void BlockLoop::run() {
    for (;;) {
        // Idle is who has nothing to read: a copy of what the script keeps is made then, and by force when it has been
        // due for as long again.
        const bool save_overdue = save_wanted_ && ipc::now_ns() - save_due_ns_ > between_saves_ns && save_due_ns_ > 0;
        if (save_overdue) {
            save();
        }
        const ipc::Received received = lanes_[lane_]->receive(buffer_, save_wanted_ ? save_due_ns_ : ipc::no_deadline);
        if (received.status == ipc::Status::timed_out) {
            save();
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
        for (std::uint32_t i = 0; i < post.count; ++i) {
            const ipc::Record& record = incoming_[i];
            if (record.kind == wire::save) {
                keep_asked_ = true;
                continue;
            }
            waiting_.push_back(record);
            if (record.kind <= static_cast<std::uint8_t>(Kind::sysex) && (record.flags & wire::flag_state) == 0) {
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
    const std::size_t size = ipc::write_answer(buffer_, head, std::span(output_).first(sent));
    output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(sent));
    while (lanes_[lane_]->send(std::span(buffer_).first(size), ipc::Wake::yes) == ipc::Status::full) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));  // the host reads at its next block
    }
    save_wanted_ = save_wanted_ || result.save_wanted;
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

void BlockLoop::save() {
    save_wanted_ = false;
    save_due_ns_ = ipc::now_ns() + between_saves_ns;
    interpreter_.save();
}

}  // namespace outboard::scripting::child
