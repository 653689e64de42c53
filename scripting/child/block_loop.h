// BlockLoop: the child's life after loading: receive a post, run the script, answer.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "ipc/pipe.h"
#include "ipc/protocol.h"
#include "scripting/child/interpreter.h"

namespace outboard::scripting::child {

class BlockLoop {
public:
    /// One block lane of each transport; the host may go over from one to the other at any time.
    using Lanes = std::array<std::unique_ptr<ipc::Pipe>, 2>;
    BlockLoop(Lanes lanes, std::size_t first, Interpreter& interpreter);
    /// Awake when the host's next block is due. `guard_ns` as in ipc::Prewaker.
    void prewake(std::int64_t guard_ns);
    /// Until the host says quit or is gone.
    void run();

private:
    void answer(const ipc::PostHead& call, std::int64_t started_ns);
    void give_up_flooding(const ipc::PostHead& call);
    void save();

    Lanes lanes_;
    std::size_t lane_;  ///< in use
    Interpreter& interpreter_;
    std::vector<std::byte> buffer_;
    std::vector<ipc::Record> incoming_;  ///< of one message
    std::vector<ipc::Record> waiting_;   ///< posted and not yet handled, in order
    std::vector<ipc::Record> output_;    ///< made and not yet sent, in order
    std::uint32_t acknowledged_ = 0;
    std::uint32_t answers_ = 0;
    bool save_wanted_ = false;
    bool keep_asked_ = false;       ///< answer the call, then say what the script keeps
    std::int64_t save_due_ns_ = 0;  ///< the earliest time of the next copy
};

}  // namespace outboard::scripting::child
