// Connection: one running child of one contestant, seen from the host.
#pragma once

#include <memory>
#include <string>

#include "hop/control_page.h"
#include "hop/end.h"
#include "ipc/process.h"

namespace outboard::bench {

class Connection {
public:
    /// Starts the child on `core` (-1: any) at `priority` (0: SCHED_OTHER) and waits until it serves. Throws
    /// std::runtime_error with a sentence.
    Connection(const Contestant& contestant, const Format& format, int core, int priority);

    [[nodiscard]] End& end() noexcept { return *end_; }
    [[nodiscard]] std::int64_t cpu_ns() const;
    /// Whether this connection's slice runs. A child that spins sleeps while it does not.
    void set_active(bool active);

private:
    struct Lifeline {
        ipc::Descriptor host, child;
        Lifeline();
    };
    Lifeline lifeline_;
    ipc::Descriptor page_file_;
    MappedControlPage page_;
    std::unique_ptr<End> end_;
    std::unique_ptr<ipc::Process> process_;
};

}  // namespace outboard::bench
