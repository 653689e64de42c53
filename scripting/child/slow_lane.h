// SlowLane: the child's end of the lane that is not real-time. A thread of its own writes, so that a script that prints
// never waits; what the host does not read in time is dropped and counted.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "ipc/protocol.h"
#include "ipc/system_pipe.h"

namespace outboard::scripting::child {

class SlowLane {
public:
    explicit SlowLane(std::unique_ptr<ipc::SystemPipe> pipe);
    ~SlowLane();

    /// Waits for the host's load order; false if the lane closed or carried something else.
    bool receive_load(std::string& text) { return receive(ipc::Opcode::load, text); }
    /// The same for what follows `ready`.
    bool receive_go(std::string& text) { return receive(ipc::Opcode::go, text); }
    /// Prints wait for room instead of being dropped (offline).
    void keep_everything() { keep_everything_ = true; }
    /// Queues one message. [child] any thread. Never blocks, unless keep_everything().
    void send(ipc::Opcode opcode, std::string text);
    /// Queues one line of the script's output. level as in `_outboard_host.write`.
    void write(int level, const std::string& text, const std::string& file, int line, std::int64_t time);

private:
    bool receive(ipc::Opcode wanted, std::string& text);
    void run();

    std::unique_ptr<ipc::SystemPipe> pipe_;
    bool keep_everything_ = false;
    std::mutex mutex_;
    std::condition_variable news_, room_;
    std::deque<std::pair<ipc::Opcode, std::string>> queue_;
    std::uint64_t dropped_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace outboard::scripting::child
