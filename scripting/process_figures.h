// What the operating system says of a child: CPU time, memory, page faults.
#pragma once

#include <cstdint>

namespace outboard::scripting {

struct ProcessFigures {
    std::int64_t cpu_ns = 0;  ///< user and system time so far
    double resident_mb = 0;
    std::uint64_t page_faults = 0;  ///< minor and major
};

/// [control] Zeros when there is no such process.
[[nodiscard]] ProcessFigures process_figures(std::int64_t pid) noexcept;

/// [control] Puts a process under a real-time policy; children of its own start without it. False if the system says
/// no.
bool set_realtime_priority(std::int64_t pid, int policy, int priority) noexcept;

/// The folder of the running executable.
[[nodiscard]] const char* executable_folder();

}  // namespace outboard::scripting
