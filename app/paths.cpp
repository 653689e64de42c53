#include "app/paths.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>

namespace outboard::app {

namespace fs = std::filesystem;

std::string executable_folder() {
    return fs::read_symlink("/proc/self/exe").parent_path().string();
}

std::string demo_session_path() {
    const auto path = fs::path(executable_folder()).parent_path() / "share" / "outboard" / "demo" / "demo.outboard";
    if (!fs::exists(path)) {
        throw std::runtime_error(
            fmt::format("the demo '{}' is missing: build or install Outboard again", path.string()));
    }
    return path.string();
}

std::string user_folder() {
    if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && data[0] == '/') {
        return (fs::path(data) / "outboard").string();
    }
    const char* home = std::getenv("HOME");
    return (fs::path(home != nullptr ? home : "/") / ".local" / "share" / "outboard").string();
}

}  // namespace outboard::app
