// SharedMemory: a mapping of a memory file without a name, which reaches a child by its descriptor alone.
#pragma once

#include <cstddef>
#include <span>

#include "ipc/descriptor.h"

namespace outboard::ipc {

class SharedMemory {
public:
    enum class Access { read_only, read_write };

    /// [control] A new file of `bytes` zeros that nobody can shrink or grow any more: a mapping of it never faults
    /// for want of file. Throws std::system_error with a sentence.
    static Descriptor create(const char* label, std::size_t bytes);

    /// [control] From now on nobody can map the file writable, write to it or punch holes into it; mappings that
    /// exist go on. Throws std::system_error.
    static void forbid_new_writers(const Descriptor& file);

    /// [control] No further restriction can be added (a child could otherwise seal its parent out).
    static void forbid_new_seals(const Descriptor& file);

    /// [control] [child] The size of the file behind a descriptor. Throws std::system_error.
    [[nodiscard]] static std::size_t size_of(const Descriptor& file);

    /// [control] [child] Maps the whole file, touches every page, and locks it where the limit (RLIMIT_MEMLOCK)
    /// allows. The descriptor is not needed afterwards. Throws std::system_error.
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

}  // namespace outboard::ipc
