#include <array>

#include "hop/all.h"

namespace outboard::bench {

std::span<const Contestant> contestants() {
    static constexpr std::array all{
        Contestant{"shm", "ours: SharedMemoryPipe", shared_memory_pipe_host, shared_memory_pipe_child, false, true},
        Contestant{"pipe", "ours: SystemPipe", system_pipe_host, system_pipe_child},
        Contestant{"spin", "raw spin (the floor)", spin_host, spin_child, true},
        Contestant{"futex", "raw futex", futex_host, futex_child},
        Contestant{"eventfd", "eventfd", eventfd_host, eventfd_child},
        Contestant{"socket", "Unix socket", unix_socket_host, unix_socket_child},
        Contestant{"mq", "POSIX message queue", posix_mq_host, posix_mq_child},
        Contestant{"boost", "Boost message_queue", boost_queue_host, boost_queue_child},
        Contestant{"zmq", "ZeroMQ ipc", zmq_ipc_host, zmq_ipc_child},
        Contestant{"python", "multiprocessing.Pipe", python_pipe_host, nullptr},
    };
    return all;
}

}  // namespace outboard::bench
