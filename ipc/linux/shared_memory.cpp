#include "ipc/shared_memory.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace outboard::ipc {

namespace {

[[noreturn]] void fail(const char* sentence) {
    throw std::system_error(errno, std::generic_category(), sentence);
}

void add_seals(const Descriptor& file, int seals) {
    if (::fcntl(file.get(), F_ADD_SEALS, seals) != 0) {
        fail("cannot seal the shared memory (Linux 5.1 or newer is needed)");
    }
}

std::size_t size_of(const Descriptor& file) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) {
        fail("cannot read the size of the shared memory");
    }
    return static_cast<std::size_t>(status.st_size);
}

}  // namespace

// Nobody can shrink or grow the file: a mapping of it never faults for want of file. Where the child only reads, nobody
// can map it writable any more, write to it or punch holes into it; our own mapping goes on. And no further seal can be
// added: a child could otherwise seal its parent out.
SharedMemory::Created SharedMemory::create(const char* label, std::size_t bytes, Access for_child) {
    Descriptor file(::memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file) {
        fail("cannot create shared memory for a child");
    }
    if (::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) {
        fail("cannot give the shared memory for a child its size");
    }
    add_seals(file, F_SEAL_SHRINK | F_SEAL_GROW);
    SharedMemory memory = map(file, Access::read_write);
    add_seals(file, (for_child == Access::read_only ? F_SEAL_FUTURE_WRITE : 0) | F_SEAL_SEAL);
    return {std::move(memory), std::move(file)};
}

SharedMemory SharedMemory::map(const Descriptor& file, Access access) {
    const std::size_t size = size_of(file);
    const int protection = access == Access::read_only ? PROT_READ : PROT_READ | PROT_WRITE;
    void* address = ::mmap(nullptr, size, protection, MAP_SHARED | MAP_POPULATE, file.get(), 0);
    if (address == MAP_FAILED) {
        fail("cannot map the shared memory");
    }
    const bool locked = ::mlock(address, size) == 0;
    return SharedMemory({static_cast<std::byte*>(address), size}, locked);
}

}  // namespace outboard::ipc
