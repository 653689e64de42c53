// The two halves of every contestant. Each pair is in the source file of that name; contestants.cpp has the table.
#pragma once

#include "hop/end.h"

namespace outboard::bench {

#define OUTBOARD_CONTESTANT(name)        \
    HostHalf name##_host(const Format&); \
    std::unique_ptr<End> name##_child(const Format&, const std::string& address)

OUTBOARD_CONTESTANT(shared_memory_pipe);
OUTBOARD_CONTESTANT(system_pipe);
OUTBOARD_CONTESTANT(futex);
OUTBOARD_CONTESTANT(spin);
OUTBOARD_CONTESTANT(eventfd);
OUTBOARD_CONTESTANT(unix_socket);
OUTBOARD_CONTESTANT(posix_mq);
OUTBOARD_CONTESTANT(boost_queue);
OUTBOARD_CONTESTANT(zmq_ipc);

#undef OUTBOARD_CONTESTANT

/// Its child is python_pipe_child.py.
HostHalf python_pipe_host(const Format&);

}  // namespace outboard::bench
