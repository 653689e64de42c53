// Two ends of a pipe of either transport, in one process or with a child at the other end.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ipc/process.h"
#include "ipc/shared_memory_pipe.h"
#include "ipc/system_pipe.h"

namespace outboard::ipc::test {

enum class Transport { shm, pipe };

inline const char* name_of(Transport transport) {
    return transport == Transport::shm ? "shm" : "pipe";
}

/// The host's end, and the descriptors for the other.
struct Half {
    std::unique_ptr<Pipe> host;
    std::array<Descriptor, 2> child;
};

/// Both ends take messages of ring_bytes / 2 - 8.
inline Half make_half(Transport transport, std::size_t ring_bytes) {
    if (transport == Transport::shm) {
        auto pair = SharedMemoryPipe::create({ring_bytes, ring_bytes});
        return {std::move(pair.host), std::move(pair.child)};
    }
    auto pair = SystemPipe::create(ring_bytes / 2 - 8);
    return {std::move(pair.host), std::move(pair.child)};
}

inline std::unique_ptr<Pipe> open_half(Transport transport, std::array<Descriptor, 2> child, std::size_t ring_bytes) {
    if (transport == Transport::shm) {
        return SharedMemoryPipe::open(std::move(child[0]), std::move(child[1]));
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
inline Process start_peer(std::vector<std::string> arguments, std::vector<std::pair<int, int>> descriptors = {},
                          int standard_output = -1) {
    Process::Options options;
    options.program = TEST_PEER;
    options.arguments = std::move(arguments);
    options.descriptors = std::move(descriptors);
    options.standard_output = standard_output;
    options.standard_error = 2;
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
    Process peer = start_peer({mode, name_of(transport), std::to_string(ring_bytes), seed},
                              {{half.child[0].get(), 3}, {half.child[1].get(), 4}});
    return {std::move(half.host), std::move(peer)};
}
#endif

}  // namespace outboard::ipc::test
