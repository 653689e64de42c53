#include "ipc/shared_memory.h"

#include <cerrno>
#include <cstdio>
#include <random>
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

/// A name that is there for a moment only, and nobody can guess.
struct Name {
    Name() {
        std::random_device random;
        // macOS takes at most 31 characters.
        std::snprintf(text, sizeof text, "/outboard.%08x%08x", static_cast<unsigned>(random()),
                      static_cast<unsigned>(random()));
    }
    char text[32];
};

}  // namespace

// A POSIX object loses its name as soon as it is open. A child that only reads gets a descriptor that was opened for
// reading. There are no seals: where the system lets it (macOS does not), a child can shorten the file that it writes.
SharedMemory::Created SharedMemory::create(const char* /*label*/, std::size_t bytes, Access for_child) {
    const Name name;
    Descriptor file(::shm_open(name.text, O_CREAT | O_EXCL | O_RDWR, 0600));
    if (!file) {
        fail("cannot create shared memory for a child");
    }
    Descriptor child(for_child == Access::read_only ? ::shm_open(name.text, O_RDONLY, 0)
                                                    : ::fcntl(file.get(), F_DUPFD_CLOEXEC, 0));
    const int reason = errno;
    ::shm_unlink(name.text);
    if (!child) {
        throw std::system_error(reason, std::generic_category(), "cannot open the shared memory for a child");
    }
    ::fcntl(file.get(), F_SETFD, FD_CLOEXEC);
    ::fcntl(child.get(), F_SETFD, FD_CLOEXEC);
    if (::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) {
        fail("cannot give the shared memory for a child its size");
    }
    SharedMemory memory = map(file, Access::read_write);
    memory.bytes_ = memory.bytes_.first(bytes);
    return {std::move(memory), std::move(child)};
}

SharedMemory SharedMemory::map(const Descriptor& file, Access access) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) {
        fail("cannot read the size of the shared memory");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    const int protection = access == Access::read_only ? PROT_READ : PROT_READ | PROT_WRITE;
    void* address = ::mmap(nullptr, size, protection, MAP_SHARED, file.get(), 0);
    if (address == MAP_FAILED) {
        fail("cannot map the shared memory");
    }
    const bool locked = ::mlock(address, size) == 0;
    const std::span<std::byte> bytes{static_cast<std::byte*>(address), size};
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    for (std::size_t at = 0; !locked && at < size; at += page) {
        [[maybe_unused]] const std::byte touched = *const_cast<const volatile std::byte*>(&bytes[at]);
    }
    return SharedMemory(bytes, locked);
}

}  // namespace outboard::ipc
