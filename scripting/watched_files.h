// WatchedFiles: the file of a script and the modules beside it that it has imported, and whether one of them was saved.
// They are looked at, some times a second: that sees every editor (also those that write another file and rename it)
// on every file system, and costs a few microseconds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace outboard::scripting {

class WatchedFiles {
public:
    /// [control] From now on these, as they are now.
    void watch(std::vector<std::string> paths);
    /// [control] Adds those that are not watched yet, as they are now.
    void add(const std::vector<std::string>& paths);
    /// [control] True once after a file has changed and has then been the same for two looks: it is written. A file
    /// that is not there waits for its return.
    [[nodiscard]] bool saved();

private:
    struct Stamp {
        std::int64_t modified_ns = 0, size = -1;
        std::uint64_t number = 0;  ///< another file of the same name has another one
        bool operator==(const Stamp&) const = default;
        static Stamp of(const std::string& path) noexcept;
    };
    struct File {
        std::string path;
        Stamp stamp, seen;  ///< as it was taken, and at the last look
    };
    std::vector<File> files_;
};

}  // namespace outboard::scripting
