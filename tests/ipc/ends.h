// Two ends of a pipe of either transport, in one process or with a child at the other end.
#pragma once

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ipc/process.h"
#include "ipc/shared_memory_pipe.h"
#include "ipc/system_pipe.h"
#include "system.h"

namespace outboard::ipc::test {

enum class Transport { shm, pipe };

inline const char* name_of(Transport transport) {
    return transport == Transport::shm ? "shm" : "pipe";
}

/// The host's end, and what the other one is opened with.
struct Half {
    std::unique_ptr<Pipe> host;
    std::vector<Descriptor> child;
};

template <typename Handles>
std::vector<Descriptor> in_a_row(Handles handles) {
    return {std::make_move_iterator(handles.begin()), std::make_move_iterator(handles.end())};
}

/// Both ends take messages of ring_bytes / 2 - 8.
inline Half make_half(Transport transport, std::size_t ring_bytes) {
    if (transport == Transport::shm) {
        auto pair = SharedMemoryPipe::create({ring_bytes, ring_bytes});
        return {std::move(pair.host), in_a_row(std::move(pair.child))};
    }
    auto pair = SystemPipe::create(ring_bytes / 2 - 8);
    return {std::move(pair.host), in_a_row(std::move(pair.child))};
}

inline std::unique_ptr<Pipe> open_half(Transport transport, std::vector<Descriptor> child, std::size_t ring_bytes) {
    if (transport == Transport::shm) {
        SharedMemoryPipe::ChildHandles handles;
        std::move(child.begin(), child.end(), handles.begin());
        return SharedMemoryPipe::open(std::move(handles));
    }
    return SystemPipe::open(std::move(child[0]), std::move(child[1]), ring_bytes / 2 - 8);
}

struct Ends {
    std::unique_ptr<Pipe> host;
    std::unique_ptr<Pipe> child;
};

inline Ends make_ends(Transport transport, std::size_t ring_bytes) {
    Half half = make_half(transport, ring_bytes);
    return {std::move(half.host), open_half(transport, std::move(half.child), ring_bytes)};
}

#if defined(TEST_PEER)
/// Starts peer.cpp in this mode.
inline Process start_peer(std::vector<std::string> arguments, std::vector<std::pair<Handle, int>> descriptors = {},
                          Handle standard_output = no_handle) {
    Process::Options options;
    options.program = TEST_PEER;
    options.arguments = std::move(arguments);
    options.descriptors = std::move(descriptors);
    options.standard_output = standard_output;
    options.standard_error = standard_error();
    return Process::start(options);
}

/// The host's end with a running peer at the other.
struct Talk {
    std::unique_ptr<Pipe> host;
    Process peer;
};

inline Talk start_talk(Transport transport, const std::string& mode, std::size_t ring_bytes,
                       const std::string& seed = "1") {
    Half half = make_half(transport, ring_bytes);
    // The child's descriptors close here with `half`: an OS pipe ends only when its last writer is gone.
    Process::Options options;
    options.give(half.child, 3);
    Process peer = start_peer({mode, name_of(transport), std::to_string(ring_bytes), seed}, options.descriptors);
    return {std::move(half.host), std::move(peer)};
}
#endif

}  // namespace outboard::ipc::test
