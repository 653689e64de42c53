#include <algorithm>
#include <cstdlib>
#include <memory>
#include <system_error>

#include <dirent.h>
#include <unistd.h>

#include "ipc/posix/spawn_settings.h"

namespace outboard::ipc {

namespace {

constexpr int opened_meanwhile = 64;

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

/// One above the highest number that a descriptor can have when a program is started now.
int end_of_numbers() {
    const auto limit = static_cast<int>(::sysconf(_SC_OPEN_MAX));
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir("/dev/fd"));
    if (folder == nullptr) {
        return limit;
    }
    int highest = 0;
    while (const dirent* entry = ::readdir(folder.get())) {
        highest = std::max(highest, std::atoi(entry->d_name));
    }
    return std::min(highest + 1 + opened_meanwhile, limit);
}

}  // namespace

// POSIX has no "and no others", so descriptors are closed by number: also those that are not open now, since another
// thread may open some before the start, and get the lowest free numbers. To close what is not open is no error to
// posix_spawn of glibc, musl and the BSDs. Linux and macOS know better.
void close_from(posix_spawn_file_actions_t& actions, int first) {
    const int end = end_of_numbers();
    for (int number = first; number < end; ++number) {
        const int error = ::posix_spawn_file_actions_addclose(&actions, number);
        if (error != 0) {
            throw std::system_error(error, std::generic_category(), "cannot prepare the start of a program");
        }
    }
}

short own_spawn_flags() noexcept {
    return 0;
}

}  // namespace outboard::ipc
