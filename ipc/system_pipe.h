// SystemPipe: the same message channel over two anonymous OS pipes.
//
// Non-blocking descriptors and ppoll to the deadline, on Windows named pipes with overlapped calls; a partly written
// or read frame keeps its state. The named exception to "no system call but the futex" in the audio callback. Also the
// slow lane beside every child.
//
// SIGPIPE is set to "ignored" for the process where it still has its default action: a broken pipe is a status here.
// Close your copies of the child's descriptors once it is started, else the pipe never ends.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

#include "ipc/descriptor.h"
#include "ipc/pipe.h"

namespace outboard::ipc {

class SystemPipe final : public Pipe {
public:
    using ChildHandles = std::array<Descriptor, 2>;  ///< [0] the child reads, [1] the child writes
    struct Pair {
        std::unique_ptr<SystemPipe> host;
        ChildHandles child;
    };
    /// [control] Throws std::system_error with a sentence.
    static Pair create(std::size_t capacity = 512 * 1024);
    /// [child] Takes the inherited descriptors over.
    static std::unique_ptr<SystemPipe> open(ChildHandles handles, std::size_t capacity = 512 * 1024) {
        return open(std::move(handles[0]), std::move(handles[1]), capacity);
    }
    static std::unique_ptr<SystemPipe> open(Descriptor read, Descriptor write, std::size_t capacity = 512 * 1024);

    ~SystemPipe() override;
    [[nodiscard]] std::size_t capacity() const noexcept override;
    Status send(std::span<const std::byte> message, Wake wake = Wake::yes) noexcept override;
    Received receive(std::span<std::byte> buffer, std::int64_t deadline_ns) noexcept override;
    /// [rt] On Windows and macOS a pipe does not tell what of it nobody has read: only what it has not taken yet.
    [[nodiscard]] std::size_t pending() const noexcept override;
    void mark_dead() noexcept override;
    void close() noexcept override;
    [[nodiscard]] const char* transport() const noexcept override { return "pipe"; }

    /// To poll from outside: readable when a receive may succeed. On Windows an event, signalled then; to be asked for
    /// anew before each wait, by the receiving thread.
    [[nodiscard]] Handle read_descriptor() const noexcept;
    /// [control] [child] As send, but waits for room, and until the OS has all of the message, at most to the deadline.
    /// ok (taken, though a rest may have to follow), timed_out (nothing was written), too_large, closed, …
    Status send_until(std::span<const std::byte> message, std::int64_t deadline_ns) noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;

public:
    explicit SystemPipe(std::unique_ptr<State> state);  ///< for create() and open(): nobody else can name a State
};

}  // namespace outboard::ipc
