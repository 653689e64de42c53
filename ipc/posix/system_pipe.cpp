#include "ipc/system_pipe.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "ipc/clock.h"
#include "ipc/posix/frame_writer.h"
#include "ipc/posix/pipe_calls.h"

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

}  // namespace

struct SystemPipe::State {
    State(Descriptor read_end, Descriptor write_end, std::size_t message_capacity)
        : capacity(message_capacity),
          read(std::move(read_end)),
          write(std::move(write_end)),
          input(message_capacity),
          output(message_capacity) {}

    const std::size_t capacity;
    Descriptor read;
    Descriptor write;
    Event gone;   ///< raised by mark_dead() and close(), for good
    Event nudge;  ///< raised for a receive() that sleeps while a frame was begun: it pushes the rest on
    FrameReader input;
    FrameWriter output;
    Door reading;  ///< guards read and input
    Door writing;  ///< guards write and output, which receive() pushes on, too
    std::atomic<bool> dead{false};
    std::atomic<bool> closed{false};
    std::atomic<bool> corrupt{false};
    std::atomic<bool> unread{false};  ///< the peer's reading end is gone

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
            return Status::full;  // the receiving thread is just pushing a begun frame on
        }
        const Status status =
            closed.load(std::memory_order_acquire) ? Status::closed : output.write(write.get(), message);
        const bool begun = output.rest() > 0;
        writing.leave();
        if (begun) {
            nudge.raise();
        }
        return status;
    }

    /// The begun frame's descriptor while it needs room and nobody else pushes it on, else -1.
    int push_rest() noexcept {
        if (output.rest() == 0 || unread.load(std::memory_order_relaxed) || !writing.try_enter()) {
            return -1;
        }
        const Status status = closed.load(std::memory_order_acquire) ? Status::closed : output.flush(write.get());
        const int waits = status == Status::full ? write.get() : -1;
        if (status == Status::closed) {
            unread.store(true, std::memory_order_relaxed);
        }
        writing.leave();
        return waits;
    }

    Received receive(std::span<std::byte> buffer, std::int64_t deadline_ns) noexcept {
        for (;;) {
            if (const Status status = refusal(); status != Status::ok) {
                return {status, 0};
            }
            const bool died = dead.load(std::memory_order_acquire);
            const int waits_for_room = push_rest();
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
            const WaitFor what{read.get(), waits_for_room, gone.get(), nudge.get()};
            if (wait_for_any(what, deadline_ns)) {
                nudge.clear();
            }
        }
    }
};

SystemPipe::SystemPipe(std::unique_ptr<State> state) : state_(std::move(state)) {}

SystemPipe::~SystemPipe() {
    close();
}

SystemPipe::Pair SystemPipe::create(std::size_t capacity) {
    std::array<Descriptor, 2> to_child = make_pipe();
    std::array<Descriptor, 2> to_host = make_pipe();
    return {open(std::move(to_host[0]), std::move(to_child[1]), capacity),
            {std::move(to_child[0]), std::move(to_host[1])}};
}

std::unique_ptr<SystemPipe> SystemPipe::open(Descriptor read, Descriptor write, std::size_t capacity) {
    if (capacity > largest_capacity) {
        throw std::system_error(EINVAL, std::generic_category(), "a message in a pipe holds at most 1 GiB");
    }
    make_non_blocking(read);
    make_non_blocking(write);
    ignore_broken_pipe_signal();
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
        wait_for_any({.writable = state.write.get(), .event = state.gone.get()}, deadline_ns);
        status = state.send(message);
    }
    // A frame that is begun will arrive: push on until the deadline, so that a sender may go away and do other work.
    while (status == Status::ok && state.output.rest() > 0 && !is_over(deadline_ns) && !state.dead && !state.closed) {
        const int waits_for_room = state.push_rest();
        if (waits_for_room >= 0) {
            wait_for_any({.writable = waits_for_room, .event = state.gone.get()}, deadline_ns);
        } else if (state.unread) {
            return Status::closed;
        }
    }
    return status;
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
    return state_->output.rest() + unread_bytes(state_->write.get());
}

void SystemPipe::mark_dead() noexcept {
    state_->dead.store(true, std::memory_order_release);
    state_->gone.raise();
}

void SystemPipe::close() noexcept {
    State& state = *state_;
    if (state.closed.exchange(true)) {
        return;
    }
    state.gone.raise();
    // The numbers are closed only when no other thread is inside, since a number is soon given away again.
    state.reading.enter();
    state.writing.enter();
    const std::int64_t deadline = now_ns() + close_flush_ns;
    while (!state.dead && !state.corrupt && state.output.flush(state.write.get()) == Status::full &&
           !is_over(deadline)) {
        wait_for_any({.writable = state.write.get()}, deadline);
    }
    state.read.reset();
    state.write.reset();
    state.writing.leave();
    state.reading.leave();
}

Handle SystemPipe::read_descriptor() const noexcept {
    return state_->read.get();
}

}  // namespace outboard::ipc
