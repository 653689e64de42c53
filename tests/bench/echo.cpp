// The other process of hop_bench: sends back what it gets, until it is closed.
//     bench_echo shm|pipe      descriptors 3 and 4
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "ipc/clock.h"
#include "ipc/shared_memory_pipe.h"
#include "ipc/system_pipe.h"

int main(int count, char** arguments) {
    using namespace outboard::ipc;
    if (count != 2) {
        return 2;
    }
    std::unique_ptr<Pipe> pipe;
    if (std::string(arguments[1]) == "shm") {
        pipe = SharedMemoryPipe::open(Descriptor(3), Descriptor(4));
    } else {
        pipe = SystemPipe::open(Descriptor(3), Descriptor(4));
    }
    std::vector<std::byte> buffer(pipe->capacity());
    for (;;) {
        const Received received = pipe->receive(buffer, no_deadline);
        if (received.status != Status::ok) {
            return 0;
        }
        pipe->send(std::span(buffer).first(received.size), Wake::yes);
    }
}
