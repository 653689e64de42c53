// The sound of a block on its way through a script that has an `audio.process`, on the audio thread: the second hop,
// after the instrument. audio_hop.h says what is kept and heard; here stands who is told, and what is made of answers.

#include <algorithm>

#include "ipc/clock.h"
#include "scripting/slot.h"

namespace outboard::scripting {
namespace {

constexpr std::int64_t offline_wait_ns = 10'000'000'000;

}  // namespace

void Slot::post_audio(const float* left, const float* right) noexcept {
    audio_ns_ = 0;
    if (!hop_.running()) {
        hop_.skip();
        return;
    }
    const std::int64_t began = ipc::now_ns();
    if (auto block = hop_.put(block_.number, block_.start, block_.frames, left, right)) {
        block->posted_ns = ipc::now_ns();
        if (send_audio(*block)) {
            hop_.posted(*block);
            watch_oldest();
        }
    }
    audio_ns_ = ipc::now_ns() - began;
}

bool Slot::send_audio(const AudioHop::Block& block) noexcept {
    if (post_failed_) {
        return false;
    }
    ipc::Record record;
    record.kind = wire::audio;
    record.time = block.start;
    record.data[0] = static_cast<std::uint8_t>(block.slot);
    record.size = 1;
    ipc::PostHead head;
    head.type = ipc::PostType::audio;
    head.block = block.number;
    head.start = block.start;
    head.frames = block.frames;
    head.posted_ns = block.posted_ns;
    const std::size_t size = ipc::write_post(message_, head, std::span(&record, 1));
    const ipc::Status status = link_->pipe().send(std::span(message_).first(size), ipc::Wake::yes);
    if (status == ipc::Status::full) {
        overflow();
    } else if (status != ipc::Status::ok) {
        post_failed_ = true;
        link_->condemn("its block lane broke");
    }
    return status == ipc::Status::ok;
}

void Slot::collect_audio(float* left, float* right) noexcept {
    if (!hop_.running()) {
        return;
    }
    const std::int64_t began = ipc::now_ns();
    const std::int64_t deadline = options_.offline ? began + offline_wait_ns : 0;
    // Behind the answer to an open call, which is for begin() to apply: this block's output is out already.
    while (call_count_ == 0 && hop_.pending() > 0 && apply_next_answer(deadline)) {
    }
    const bool late = !hop_.get(block_.start, block_.frames, left, right);
    if (link_ != nullptr) {
        if (late) {
            pay_for_lateness(block_.start);
        } else if (audio_late_ && !owes_ && call_count_ == 0) {
            end_lateness();
        }
        audio_late_ = late;
    }
    measured_.note_audio_block(audio_ns_ + ipc::now_ns() - began);
}

bool Slot::apply_audio_answer(const ipc::AnswerHead& head, std::int64_t noticed_ns) noexcept {
    if (hop_.pending() == 0 || head.count != 0 || head.block != hop_.oldest().number ||
        head.through != hop_.oldest().start + hop_.oldest().frames) {
        add(counters_.refused);
        link_->condemn("its answers make no sense");
        return false;
    }
    // Its word only, as for calls: kept inside the time between posting and noticing.
    const std::int64_t posted = hop_.oldest().posted_ns;
    const std::int64_t started = std::clamp(head.started_ns, posted, noticed_ns);
    const std::int64_t finished = std::clamp(head.finished_ns, started, noticed_ns);
    finished_ns_ = finished;
    measured_.note_audio_answer(started - posted, finished - started);
    const bool gave_up = (head.flags & ipc::answer_bypass) != 0;
    hop_.take((head.flags & ipc::answer_dry) == 0 && !gave_up);
    if (gave_up) {
        self_bypassed_.store(true, std::memory_order_relaxed);
    }
    more_ = more_ || (head.flags & ipc::answer_more) != 0;  // what it has to say is fetched by the next call
    watch_oldest();
    return true;
}

/// The watchdog goes by the oldest thing that has no answer, if this child's answers are looked at.
void Slot::watch_oldest() noexcept {
    std::int64_t oldest = call_count_ > 0 ? calls_[call_first_].posted_ns : 0;
    if (hop_.pending() > 0) {
        const std::int64_t audio = hop_.oldest().posted_ns;
        oldest = oldest == 0 ? audio : std::min(oldest, audio);
    }
    link_->watched.oldest_call_ns.store(leaving_.hands_over ? 0 : oldest, std::memory_order_release);
}

}  // namespace outboard::scripting
