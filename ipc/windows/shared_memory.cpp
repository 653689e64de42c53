#include "ipc/shared_memory.h"

#include <utility>

#include <windows.h>

#include <sddl.h>

#include "ipc/windows/win32.h"

namespace outboard::ipc {

namespace {

/// Grants nobody anything, not even its owner, beyond what a handle already has: a child cannot duplicate its handle
/// into one with more rights, nor write another list of rights.
class NoFurtherRights {
public:
    NoFurtherRights() {
        if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(L"D:(A;;RC;;;OW)", SDDL_REVISION_1, &descriptor_,
                                                                   nullptr) == FALSE) {
            fail("cannot describe the rights to shared memory");
        }
        attributes_ = {sizeof attributes_, descriptor_, FALSE};
    }
    ~NoFurtherRights() { ::LocalFree(descriptor_); }
    NoFurtherRights(const NoFurtherRights&) = delete;
    NoFurtherRights& operator=(const NoFurtherRights&) = delete;
    [[nodiscard]] SECURITY_ATTRIBUTES* attributes() noexcept { return &attributes_; }

private:
    PSECURITY_DESCRIPTOR descriptor_ = nullptr;
    SECURITY_ATTRIBUTES attributes_{};
};

}  // namespace

// A section without a name, in the page file: nobody can shrink or grow it. A child that only reads gets a handle with
// that right alone.
SharedMemory::Created SharedMemory::create(const char* /*label*/, std::size_t bytes, Access for_child) {
    NoFurtherRights rights;
    const auto size = static_cast<std::uint64_t>(bytes);
    const Descriptor file =
        owned(::CreateFileMappingW(INVALID_HANDLE_VALUE, rights.attributes(), PAGE_READWRITE,
                                   static_cast<DWORD>(size >> 32), static_cast<DWORD>(size & 0xffffffff), nullptr));
    if (!file) {
        fail("cannot create shared memory for a child");
    }
    Descriptor child =
        duplicate(file.get(), for_child == Access::read_only ? FILE_MAP_READ : FILE_MAP_READ | FILE_MAP_WRITE);
    if (!child) {
        fail("cannot open the shared memory for a child");
    }
    SharedMemory memory = map(file, Access::read_write);
    memory.bytes_ = memory.bytes_.first(bytes);
    return {std::move(memory), std::move(child)};
}

SharedMemory SharedMemory::map(const Descriptor& file, Access access) {
    void* address = nullptr;
    if (file) {
        const DWORD rights = access == Access::read_only ? FILE_MAP_READ : FILE_MAP_READ | FILE_MAP_WRITE;
        address = ::MapViewOfFile(native(file), rights, 0, 0, 0);
    } else {
        ::SetLastError(ERROR_INVALID_HANDLE);  // -1 means this process to some calls
    }
    MEMORY_BASIC_INFORMATION information{};
    if (address == nullptr || ::VirtualQuery(address, &information, sizeof information) == 0) {
        fail("cannot map the shared memory");
    }
    const std::span<std::byte> bytes{static_cast<std::byte*>(address), information.RegionSize};
    const bool locked = ::VirtualLock(address, bytes.size()) != FALSE;
    for (std::size_t at = 0; !locked && at < bytes.size(); at += 4096) {
        [[maybe_unused]] const std::byte touched = *const_cast<const volatile std::byte*>(&bytes[at]);
    }
    return SharedMemory(bytes, locked);
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), locked_(other.locked_) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(locked_, other.locked_);
    return *this;
}

SharedMemory::~SharedMemory() {
    if (!bytes_.empty()) {
        ::UnmapViewOfFile(bytes_.data());
    }
}

}  // namespace outboard::ipc
