// Load: stress-ng beside the measurement, as long as this lives.
#pragma once

#include <memory>

#include "ipc/process.h"

namespace outboard::bench {

class Load {
public:
    static constexpr double settle_seconds = 2;
    /// Must begin before the calling thread gets a real-time priority, which a program that it starts would inherit.
    /// stress-ng ends by itself some time after `seconds`, should nobody end it. Throws std::runtime_error.
    Load(bool wanted, double seconds);
    ~Load();
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

private:
    std::unique_ptr<ipc::Process> process_;
};

}  // namespace outboard::bench
