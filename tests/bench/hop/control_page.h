// ControlPage: what runner and child program tell each other beside the messages that are measured.
#pragma once

#include <atomic>
#include <cstdint>

#include "ipc/descriptor.h"
#include "ipc/shared_memory.h"

namespace outboard::bench {

/// All zero when it begins. Python's child finds the words by these offsets.
struct ControlPage {
    alignas(64) std::atomic<std::uint32_t> ready{0};    ///< child: 1 when it serves
    alignas(64) std::atomic<std::uint32_t> active{0};   ///< host: 1 while this child's slice runs; a futex word
    alignas(64) std::atomic<std::int64_t> due{0};       ///< host: the tick, where pre-wake is put around a contestant
    alignas(64) std::atomic<std::uint32_t> polling{0};  ///< child: it looks all the time
};

/// The page, mapped in this process.
class MappedControlPage {
public:
    static ipc::Descriptor create() { return ipc::SharedMemory::create("bench control page", sizeof(ControlPage)); }
    explicit MappedControlPage(const ipc::Descriptor& file)
        : memory_(ipc::SharedMemory::map(file, ipc::SharedMemory::Access::read_write)) {}
    [[nodiscard]] ControlPage& operator*() const noexcept {
        return *reinterpret_cast<ControlPage*>(memory_.bytes().data());
    }
    [[nodiscard]] ControlPage* operator->() const noexcept { return &**this; }

private:
    ipc::SharedMemory memory_;
};

/// The child program's own page, for the one contestant (raw spin) that has to know when its slice is over.
[[nodiscard]] ControlPage& childs_control_page();

}  // namespace outboard::bench
