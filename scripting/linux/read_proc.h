// The small files in which proc(5) tells of a process.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <span>

namespace outboard::scripting {

/// [control] A file of a process, as far as it fits, with a 0 behind it. False: there is no such process any more.
inline bool read_proc(std::int64_t id, const char* name, std::span<char> text) noexcept {
    std::array<char, 64> path{};
    std::snprintf(path.data(), path.size(), "/proc/%lld/%s", static_cast<long long>(id), name);
    std::FILE* file = std::fopen(path.data(), "re");
    if (file == nullptr) {
        return false;
    }
    text[std::fread(text.data(), 1, text.size() - 1, file)] = 0;
    std::fclose(file);
    return true;
}

}  // namespace outboard::scripting
