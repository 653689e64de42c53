// SharedMemory: a mapping of a memory file without a name, which reaches a child by its descriptor alone.
#pragma once

#include <cstddef>
#include <span>

#include "ipc/descriptor.h"

namespace outboard::ipc {

class SharedMemory {
public:
    enum class Access { read_only, read_write };

    struct Created;
    /// [control] A new file of `bytes` zeros, mapped writable here, and the descriptor by which a child can map it
    /// with `for_child` and no more. What the system keeps a child from doing with it: see create() of each system.
    /// Throws std::system_error with a sentence.
    static Created create(const char* label, std::size_t bytes, Access for_child);

    /// [control] [child] Maps the whole file (where the system only knows whole pages, also what is left of the last),
    /// touches every page, and locks it where the limit (RLIMIT_MEMLOCK) allows. The descriptor is not needed
    /// afterwards. Throws std::system_error.
    static SharedMemory map(const Descriptor& file, Access access);

    SharedMemory(SharedMemory&& other) noexcept;
    SharedMemory& operator=(SharedMemory&& other) noexcept;
    ~SharedMemory();

    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return bytes_; }
    /// Whether the pages stay in memory for certain.
    [[nodiscard]] bool locked() const noexcept { return locked_; }

private:
    SharedMemory(std::span<std::byte> bytes, bool locked) noexcept : bytes_(bytes), locked_(locked) {}

    std::span<std::byte> bytes_;
    bool locked_ = false;
};

struct SharedMemory::Created {
    SharedMemory memory;
    Descriptor child;
};

}  // namespace outboard::ipc
