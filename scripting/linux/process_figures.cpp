#include "scripting/process_figures.h"

#include <unistd.h>

#include <array>
#include <climits>
#include <cstdio>
#include <cstring>
#include <string>

#include "scripting/linux/read_proc.h"

namespace outboard::scripting {

ProcessFigures process_figures(std::int64_t pid) noexcept {
    ProcessFigures figures;
    if (pid <= 0) {
        return figures;
    }
    std::array<char, 1024> line{};
    if (!read_proc(pid, "stat", line)) {
        return figures;
    }
    const char* after_name = std::strrchr(line.data(), ')');  // the name may hold spaces and parentheses
    if (after_name == nullptr) {
        return figures;
    }
    unsigned long long minor = 0, major = 0, user = 0, system = 0;
    long long resident = 0;
    // Fields 3.. of proc(5): state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime … rss
    // is 24.
    if (std::sscanf(after_name + 2,
                    "%*c %*d %*d %*d %*d %*d %*u %llu %*u %llu %*u %llu %llu %*d %*d %*d %*d %*d %*d %*u %*u %lld",
                    &minor, &major, &user, &system, &resident) == 5) {
        figures.cpu_ns = static_cast<std::int64_t>(user + system) * (1'000'000'000 / ::sysconf(_SC_CLK_TCK));
        figures.resident_mb = static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1048576.0;
        figures.page_faults = minor + major;
    }
    return figures;
}

const char* executable_folder() {
    static const std::string folder = [] {
        char path[PATH_MAX];
        const ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
        const std::string whole(path, size > 0 ? static_cast<std::size_t>(size) : 0);
        return whole.substr(0, whole.rfind('/'));
    }();
    return folder.c_str();
}

}  // namespace outboard::scripting
