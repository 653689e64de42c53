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

/// The folder of the running executable.
[[nodiscard]] const char* executable_folder();

}  // namespace outboard::scripting
