#include "interpreter_pipe.h"

#include <algorithm>
#include <ctime>

#include "ipc/clock.h"
#include "scripting/child/convert.h"
#include "scripting/records.h"

namespace outboard::scripting::one_gil {
namespace {

constexpr std::uint32_t answers_per_collection = 64;  // as the child program does

std::int64_t thread_cpu_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

/// After the answer, as the child program does; but here the audio thread waits for it.
void collect_garbage() {
    const Gil gil;
    const Object gc(PyImport_ImportModule("gc"));
    const Object collected(gc ? PyObject_CallMethod(gc.get(), "collect", "i", 1) : nullptr);
    if (!collected) {
        PyErr_Clear();
    }
}

}  // namespace

InterpreterPipe::InterpreterPipe(std::shared_ptr<Loaded> script)
    : script_(std::move(script)), incoming_(ipc::max_post_records) {
    waiting_.reserve(4 * ipc::max_post_records);
    output_.reserve(4 * ipc::max_answer_records);
}

ipc::Status InterpreterPipe::send(std::span<const std::byte> message, ipc::Wake) noexcept {
    ipc::PostHead post;
    if (!ipc::read_post(message, post, incoming_)) {
        return ipc::Status::corrupt;
    }
    if (post.type == ipc::PostType::quit || post.type == ipc::PostType::change_lane) {
        return ipc::Status::ok;
    }
    if (post.type == ipc::PostType::call && call_count_ == calls_.size()) {
        return ipc::Status::full;
    }
    for (std::uint32_t i = 0; i < post.count; ++i) {
        const ipc::Record& record = incoming_[i];
        if (record.kind == wire::save) {
            continue;  // no swap here
        }
        waiting_.push_back(record);
        if (record.kind <= last_kind && (record.flags & wire::flag_state) == 0) {
            posted_ = std::max(posted_, record.sequence);
        }
    }
    if (post.type == ipc::PostType::call) {
        // What came up to here belongs to this call.
        calls_[call_count_++] = {post, waiting_.size(), posted_};
    }
    return ipc::Status::ok;
}

ipc::Received InterpreterPipe::receive(std::span<std::byte> buffer, std::int64_t deadline_ns) noexcept {
    if (dead_.load(std::memory_order_relaxed)) {
        return {ipc::Status::peer_died, 0};
    }
    // A call whose deadline has passed is not begun; the look in the next block, without a deadline, catches up.
    if (call_count_ == 0 || (deadline_ns > 0 && ipc::now_ns() >= deadline_ns)) {
        return {ipc::Status::timed_out, 0};
    }
    return {ipc::Status::ok, answer(take_call(), buffer)};
}

InterpreterPipe::Call InterpreterPipe::take_call() {
    const Call call = calls_[0];
    --call_count_;
    for (std::size_t i = 0; i < call_count_; ++i) {
        calls_[i] = calls_[i + 1];
        calls_[i].records -= call.records;
    }
    records_.assign(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(call.records));
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(call.records));
    return call;
}

std::size_t InterpreterPipe::answer(const Call& call, std::span<std::byte> buffer) {
    ipc::AnswerHead head;
    head.block = call.head.block;
    head.through = call.head.start + call.head.frames;
    head.acknowledged = call.acknowledged;
    head.started_ns = ipc::now_ns();
    const std::int64_t cpu_before = thread_cpu_ns();
    run(call, head);
    const std::size_t sent = std::min<std::size_t>(output_.size(), ipc::max_answer_records);
    head.cpu_ns = thread_cpu_ns() - cpu_before;
    head.finished_ns = ipc::now_ns();
    const std::size_t size = ipc::write_answer(buffer, head, std::span(output_).first(sent));
    output_.clear();
    if (++answers_ % answers_per_collection == 0) {
        collect_garbage();
    }
    return size;
}

/// Neither what a script keeps nor what it shows is copied here.
void InterpreterPipe::run(const Call& call, ipc::AnswerHead& head) {
    constexpr std::uint64_t bypass_bit = std::uint64_t{1} << 62;
    constexpr std::uint64_t kinds = (std::uint64_t{1} << 60) - 1;
    const Gil gil;
    const Object list(child::list_from_records(records_));
    head.decoded_ns = ipc::now_ns();
    const Object result(PyObject_CallFunction(script_->run_block, "LkO", static_cast<long long>(call.head.start),
                                              static_cast<unsigned long>(call.head.frames), list.get()));
    head.handled_ns = ipc::now_ns();
    PyObject* made = nullptr;
    long long wake_sample = INT64_MAX;
    unsigned long long wake_mask = 0;
    if (!result ||
        PyArg_ParseTuple(result.get(), "O!LdK", &PyList_Type, &made, &wake_sample, &head.wake_beat, &wake_mask) == 0 ||
        !child::records_from_list(made, output_)) {
        PyErr_Print();
    }
    head.wake_sample = wake_sample;
    head.wake_mask = wake_mask & kinds;
    head.flags = (wake_mask & bypass_bit) != 0 ? ipc::answer_bypass : 0;
}

}  // namespace outboard::scripting::one_gil
