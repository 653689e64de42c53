// The host's end of a SharedMemoryPipe, and its child's file under our own hands.
#pragma once

#include <memory>
#include <utility>

#include "ipc/segment.h"
#include "ipc/shared_memory.h"
#include "ipc/shared_memory_pipe.h"
#include "system.h"

namespace outboard::ipc::test {

struct Hostile {
    Hostile() : Hostile(SharedMemoryPipe::create({4096, 4096})) {}
    explicit Hostile(SharedMemoryPipe::Pair pair)
        : host(std::move(pair.host)),
          file(std::move(pair.child[1])),
          memory(SharedMemory::map(file, SharedMemory::Access::read_write)),
          child(open_with(std::move(pair.child), file)),
          segment(*reinterpret_cast<Segment*>(memory.bytes().data())) {}

    static std::unique_ptr<SharedMemoryPipe> open_with(SharedMemoryPipe::ChildHandles handles, const Descriptor& file) {
        handles[1] = copy_of(file);
        return SharedMemoryPipe::open(std::move(handles));
    }

    std::unique_ptr<SharedMemoryPipe> host;
    Descriptor file;
    SharedMemory memory;
    std::unique_ptr<SharedMemoryPipe> child;
    Segment& segment;
};

}  // namespace outboard::ipc::test
