#include "scripting/watched_files.h"

#include <sys/stat.h>

#include <algorithm>

namespace outboard::scripting {

WatchedFiles::Stamp WatchedFiles::Stamp::of(const std::string& path) noexcept {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0) {
        return {};
    }
    return {static_cast<std::int64_t>(file.st_mtim.tv_sec) * 1'000'000'000 + file.st_mtim.tv_nsec, file.st_size,
            file.st_ino};
}

void WatchedFiles::watch(std::vector<std::string> paths) {
    files_.clear();
    add(paths);
}

void WatchedFiles::add(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        if (std::ranges::none_of(files_, [&](const File& file) { return file.path == path; })) {
            const Stamp now = Stamp::of(path);
            files_.push_back({path, now, now});
        }
    }
}

bool WatchedFiles::saved() {
    bool changed = false;
    bool settled = true;
    for (File& file : files_) {
        const Stamp now = Stamp::of(file.path);
        if (now.size >= 0 && now != file.stamp) {
            changed = true;
            settled = settled && now == file.seen;
        }
        file.seen = now;
    }
    if (!changed || !settled) {
        return false;
    }
    for (File& file : files_) {
        if (file.seen.size >= 0) {
            file.stamp = file.seen;
        }
    }
    return true;
}

}  // namespace outboard::scripting
