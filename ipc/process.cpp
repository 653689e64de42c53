#include "ipc/process.h"

namespace outboard::ipc {

void Process::Options::give(std::span<const Descriptor> handles, int first) {
    for (const Descriptor& handle : handles) {
        descriptors.emplace_back(handle.get(), first++);
    }
}

}  // namespace outboard::ipc
