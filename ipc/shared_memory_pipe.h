// SharedMemoryPipe: two single-producer single-consumer rings and semaphores in two memory files. On Linux the files
// are sealed and the semaphores are futex words; what other systems have instead is in their folders.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "ipc/descriptor.h"
#include "ipc/pipe.h"

namespace outboard::ipc {

class SharedMemoryPipe final : public Pipe {
public:
    struct Sizes {
        std::size_t to_child = 512 * 1024;  ///< ring bytes, rounded up to a power of two
        std::size_t to_host = 512 * 1024;
    };
    /// What the child needs to build its own end, for Process::Options::give and inherited(): the memory, host→child
    /// first, and where the system needs them its two ends of the bells, in the same order.
    using ChildHandles = std::array<Descriptor, 2 + bell_handles>;
    struct Pair {
        std::unique_ptr<SharedMemoryPipe> host;
        ChildHandles child;
    };
    /// [control] Creates the segments, seals and locks them. Throws std::system_error with a sentence.
    static Pair create(Sizes sizes);
    static Pair create() { return create(Sizes{}); }
    /// [child] Maps the inherited descriptors (taken over). Throws std::system_error.
    static std::unique_ptr<SharedMemoryPipe> open(ChildHandles handles);
    /// The same one by one.
    static std::unique_ptr<SharedMemoryPipe> open(Descriptor to_child, Descriptor to_host, Descriptor listener = {},
                                                  Descriptor ringer = {});

    ~SharedMemoryPipe() override;
    [[nodiscard]] std::size_t capacity() const noexcept override;
    Status send(std::span<const std::byte> message, Wake wake = Wake::yes) noexcept override;
    Received receive(std::span<std::byte> buffer, std::int64_t deadline_ns) noexcept override;
    void tick(std::int64_t due_ns, Wake wake = Wake::yes) noexcept override;
    void prepare() noexcept override;
    void set_spin(std::int64_t ns) noexcept override;
    bool comes_up(std::int64_t deadline_ns) noexcept override;
    void prewake(Prewaker::Options options, WarmUp warm_up) override;
    [[nodiscard]] PrewakeFigures prewake_figures() const noexcept override;
    [[nodiscard]] std::size_t pending() const noexcept override;
    void mark_dead() noexcept override;
    void close() noexcept override;
    [[nodiscard]] const char* transport() const noexcept override { return "shm"; }

private:
    struct State;
    std::unique_ptr<State> state_;

public:
    explicit SharedMemoryPipe(std::unique_ptr<State> state);  ///< for create() and open(): nobody else can name a State
};

}  // namespace outboard::ipc
