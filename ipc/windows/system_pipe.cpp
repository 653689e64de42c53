#include "ipc/system_pipe.h"

#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "ipc/clock.h"
#include "ipc/frame_reader.h"
#include "ipc/windows/frame_writer.h"
#include "ipc/windows/overlapped_pipe.h"
#include "ipc/windows/wait_until.h"
#include "ipc/windows/win32.h"

namespace outboard::ipc {

namespace {

constexpr std::size_t largest_capacity = std::size_t{1} << 30;
constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t close_flush_ns = 200 * ms;

/// A door with room for one thread. Nobody ever waits before it on the audio thread.
class Door {
public:
    [[nodiscard]] bool try_enter() noexcept { return !taken_.exchange(true, std::memory_order_acquire); }
    void enter() noexcept {
        while (!try_enter()) {
            std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
    }
    void leave() noexcept { taken_.store(false, std::memory_order_release); }

private:
    std::atomic<bool> taken_{false};
};

bool is_over(std::int64_t deadline_ns) noexcept {
    return deadline_ns <= 0 || (deadline_ns != no_deadline && now_ns() >= deadline_ns);
}

std::size_t bytes_there(Handle pipe) noexcept {
    DWORD count = 0;
    return ::PeekNamedPipe(native(pipe), nullptr, 0, nullptr, &count, nullptr) != FALSE ? count : 0;
}

/// Signalled when there is something to read: a call that reads no byte at all is through as soon as there is one.
class ReadNotice {
public:
    ReadNotice() : event_(new_event(true)) {}

    /// Takes the notice back if it was for bytes that are gone.
    void arm(Handle pipe) noexcept {
        if (armed_ && (!HasOverlappedIoCompleted(&call_) || over_ || bytes_there(pipe) > 0)) {
            return;
        }
        call_ = {};
        call_.hEvent = native(event_);
        armed_ = true;
        if (::ReadFile(native(pipe), &nothing_, 0, nullptr, &call_) == FALSE && ::GetLastError() != ERROR_IO_PENDING) {
            over_ = true;  // the end of the pipe is news, too, and for good
            ::SetEvent(native(event_));
        }
    }
    void cancel(Handle pipe) noexcept {
        if (armed_ && !over_ && !HasOverlappedIoCompleted(&call_)) {
            DWORD got = 0;
            ::CancelIoEx(native(pipe), &call_);
            ::GetOverlappedResult(native(pipe), &call_, &got, TRUE);  // until the system lets go of our memory
        }
        armed_ = false;
    }
    [[nodiscard]] Handle event() const noexcept { return event_.get(); }

private:
    Descriptor event_;
    OVERLAPPED call_{};
    char nothing_ = 0;
    bool armed_ = false;
    bool over_ = false;
};

bool is_overlapped_pipe(const Descriptor& end) noexcept {
    return end && ::GetFileType(native(end)) == FILE_TYPE_PIPE;
}

}  // namespace

/// Waiting costs an event and, to read what is there, two calls: pipes that can be polled do not exist here.
Received read_now(Handle pipe, std::span<std::byte> into) noexcept {
    DWORD there = 0;
    if (::PeekNamedPipe(native(pipe), nullptr, 0, nullptr, &there, nullptr) == FALSE) {
        return {::GetLastError() == ERROR_BROKEN_PIPE ? Status::closed : Status::corrupt, 0};
    }
    if (there == 0) {
        return {Status::timed_out, 0};
    }
    // As there is something, the call is through at once. Its event is the pipe itself: no other call is under way on
    // it but the notice, which is through, too.
    OVERLAPPED call{};
    DWORD got = 0;
    const auto size = static_cast<DWORD>(into.size());
    if (::ReadFile(native(pipe), into.data(), size, nullptr, &call) == FALSE && ::GetLastError() != ERROR_IO_PENDING) {
        return {::GetLastError() == ERROR_BROKEN_PIPE ? Status::closed : Status::corrupt, 0};
    }
    if (::GetOverlappedResult(native(pipe), &call, &got, TRUE) == FALSE) {
        return {::GetLastError() == ERROR_BROKEN_PIPE ? Status::closed : Status::corrupt, 0};
    }
    return {got > 0 ? Status::ok : Status::timed_out, got};
}

struct SystemPipe::State {
    State(Descriptor read_end, Descriptor write_end, std::size_t message_capacity)
        : capacity(message_capacity),
          read(std::move(read_end)),
          write(std::move(write_end)),
          gone(new_event(true)),
          input(message_capacity),
          output(write.get(), message_capacity) {}

    const std::size_t capacity;
    Descriptor read;
    Descriptor write;
    Descriptor gone;  ///< signalled by mark_dead() and close(), for good
    ReadNotice notice;
    FrameReader input;
    FrameWriter output;
    Door reading;  ///< guards read, notice and input
    Door writing;  ///< guards write and output
    std::atomic<bool> dead{false};
    std::atomic<bool> closed{false};
    std::atomic<bool> corrupt{false};

    [[nodiscard]] Status refusal() const noexcept {
        if (corrupt.load(std::memory_order_relaxed)) {
            return Status::corrupt;
        }
        if (closed.load(std::memory_order_acquire)) {
            return Status::closed;
        }
        return Status::ok;
    }

    Status send(std::span<const std::byte> message) noexcept {
        if (const Status status = refusal(); status != Status::ok) {
            return status;
        }
        if (dead.load(std::memory_order_acquire)) {
            return Status::peer_died;
        }
        if (message.size() > capacity) {
            return Status::too_large;
        }
        if (!writing.try_enter()) {
            return Status::full;  // close() or send_until() is just there
        }
        const Status status =
            closed.load(std::memory_order_acquire) ? Status::closed : output.write(write.get(), message);
        writing.leave();
        return status;
    }

    Received receive(std::span<std::byte> buffer, std::int64_t deadline_ns) noexcept {
        for (;;) {
            if (const Status status = refusal(); status != Status::ok) {
                return {status, 0};
            }
            const bool died = dead.load(std::memory_order_acquire);
            const Received received = input.read(read.get(), buffer);
            if (received.status == Status::corrupt) {
                corrupt.store(true, std::memory_order_relaxed);
            }
            if (died && (received.status == Status::timed_out || received.status == Status::closed)) {
                return {Status::peer_died, 0};
            }
            if (received.status != Status::timed_out) {
                return received;
            }
            if (is_over(deadline_ns)) {
                return {Status::timed_out, 0};
            }
            notice.arm(read.get());
            const std::array<Handle, 2> either{notice.event(), gone.get()};
            wait_until(either, deadline_ns);
        }
    }

    /// ok: nothing of ours is under way any more.
    Status flush() noexcept {
        if (!writing.try_enter()) {
            return Status::full;
        }
        const Status status = closed.load(std::memory_order_acquire) ? Status::closed : output.flush();
        writing.leave();
        return status;
    }
};

SystemPipe::SystemPipe(std::unique_ptr<State> state) : state_(std::move(state)) {}

SystemPipe::~SystemPipe() {
    close();
}

SystemPipe::Pair SystemPipe::create(std::size_t capacity) {
    std::array<Descriptor, 2> to_child = make_overlapped_pipe();
    std::array<Descriptor, 2> to_host = make_overlapped_pipe();
    return {open(std::move(to_host[0]), std::move(to_child[1]), capacity),
            {std::move(to_child[0]), std::move(to_host[1])}};
}

std::unique_ptr<SystemPipe> SystemPipe::open(Descriptor read, Descriptor write, std::size_t capacity) {
    if (capacity > largest_capacity) {
        fail("a message in a pipe holds at most 1 GiB", ERROR_INVALID_PARAMETER);
    }
    if (!is_overlapped_pipe(read) || !is_overlapped_pipe(write)) {
        fail("cannot use the inherited pipe", ERROR_INVALID_HANDLE);
    }
    return std::make_unique<SystemPipe>(std::make_unique<State>(std::move(read), std::move(write), capacity));
}

std::size_t SystemPipe::capacity() const noexcept {
    return state_->capacity;
}

Status SystemPipe::send(std::span<const std::byte> message, Wake /*the OS wakes the peer in any case*/) noexcept {
    return state_->send(message);
}

Status SystemPipe::send_until(std::span<const std::byte> message, std::int64_t deadline_ns) noexcept {
    State& state = *state_;
    Status status = state.send(message);
    while (status == Status::full) {
        if (is_over(deadline_ns)) {
            return Status::timed_out;
        }
        state.output.wait(deadline_ns);
        status = state.send(message);
    }
    // A frame that is begun will arrive, with or without us: wait for it until the deadline.
    while (status == Status::ok && state.output.rest() > 0 && !is_over(deadline_ns) && !state.dead && !state.closed) {
        state.output.wait(deadline_ns);
    }
    return status == Status::ok && state.flush() == Status::closed && !state.closed ? Status::closed : status;
}

Received SystemPipe::receive(std::span<std::byte> buffer, std::int64_t deadline_ns) noexcept {
    State& state = *state_;
    if (!state.reading.try_enter()) {
        return {Status::closed, 0};  // only close() takes this door from a receiving thread
    }
    const Received received = state.receive(buffer, deadline_ns);
    state.reading.leave();
    return received;
}

std::size_t SystemPipe::pending() const noexcept {
    return state_->output.rest();
}

void SystemPipe::mark_dead() noexcept {
    state_->dead.store(true, std::memory_order_release);
    ::SetEvent(native(state_->gone));
    state_->output.wake();
}

void SystemPipe::close() noexcept {
    State& state = *state_;
    if (state.closed.exchange(true)) {
        return;
    }
    ::SetEvent(native(state.gone));
    state.output.wake();
    // The handles are closed only when no other thread is inside, since their numbers are soon given away again.
    state.reading.enter();
    state.writing.enter();
    const std::int64_t deadline = now_ns() + close_flush_ns;
    while (!state.dead && !state.corrupt && state.output.flush() == Status::full && !is_over(deadline)) {
        state.output.wait(deadline);
    }
    state.output.cancel(state.write.get());
    state.notice.cancel(state.read.get());
    state.read.reset();
    state.write.reset();
    state.writing.leave();
    state.reading.leave();
}

Handle SystemPipe::read_descriptor() const noexcept {
    State& state = *state_;
    if (state.reading.try_enter()) {
        if (!state.closed.load(std::memory_order_acquire)) {
            state.notice.arm(state.read.get());
        }
        state.reading.leave();
    }
    return state.notice.event();
}

}  // namespace outboard::ipc
