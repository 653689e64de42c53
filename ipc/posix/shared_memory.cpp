#include "ipc/shared_memory.h"

#include <utility>

#include <sys/mman.h>

namespace outboard::ipc {

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), locked_(other.locked_) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(locked_, other.locked_);
    return *this;
}

SharedMemory::~SharedMemory() {
    if (!bytes_.empty()) {
        ::munmap(bytes_.data(), bytes_.size());
    }
}

}  // namespace outboard::ipc
