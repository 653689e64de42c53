// HeldChild: a link whose process is real and does nothing, with the child's end of its block lane in the test's hands:
// answers can be written word by word. Linux: the end is taken from the process's open descriptors.
#pragma once

#include <fcntl.h>

#include <array>
#include <memory>
#include <string>

#include "ipc/shared_memory_pipe.h"
#include "ipc/system_pipe.h"
#include "scripting/child/descriptors.h"
#include "scripting/link.h"

namespace outboard::scripting::testing {

struct HeldChild {
    /// `program`: one that waits until it is killed.
    HeldChild(const std::string& program, const std::string& transport)
        : link(std::make_unique<Link>(options(program, transport))) {
        lanes[0] = ipc::SharedMemoryPipe::open(taken(child::shared_in, O_RDONLY), taken(child::shared_out, O_RDWR));
        lanes[1] = ipc::SystemPipe::open(taken(child::piped_in, O_RDONLY), taken(child::piped_out, O_WRONLY),
                                         ipc::max_post_bytes);
        lane = link->lane();
    }

    std::unique_ptr<Link> link;
    /// The child's end of the lane on which it is: to be changed when the host says so.
    [[nodiscard]] ipc::Pipe& pipe() const { return *lanes[lane]; }
    std::array<std::unique_ptr<ipc::Pipe>, 2> lanes;
    std::size_t lane = 0;

private:
    static LinkOptions options(const std::string& program, const std::string& transport) {
        LinkOptions options;
        options.child_program = program;
        options.transport = transport;
        options.scripts = {"held.py"};  // nobody reads it
        return options;
    }
    [[nodiscard]] ipc::Descriptor taken(int number, int flags) const {
        const std::string path = "/proc/" + std::to_string(link->pid()) + "/fd/" + std::to_string(number);
        return ipc::Descriptor(::open(path.c_str(), flags | O_CLOEXEC));
    }
};

}  // namespace outboard::scripting::testing
