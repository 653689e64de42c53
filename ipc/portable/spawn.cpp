#include <cstdlib>
#include <memory>
#include <system_error>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "ipc/posix/spawn_settings.h"

namespace outboard::ipc {

namespace {

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

/// The open descriptors of this process from `first` on.
std::vector<int> open_from(int first) {
    std::vector<int> numbers;
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir("/dev/fd"));
    if (folder != nullptr) {
        while (const dirent* entry = ::readdir(folder.get())) {
            const int number = std::atoi(entry->d_name);
            if (number >= first && number != ::dirfd(folder.get())) {
                numbers.push_back(number);
            }
        }
        return numbers;
    }
    const long limit = ::sysconf(_SC_OPEN_MAX);
    for (int number = first; number < limit; ++number) {
        numbers.push_back(number);
    }
    return numbers;
}

}  // namespace

// POSIX has no "and no others". So each descriptor that a started program would inherit is closed by name; one that
// another thread opens without close-on-exec between this look and the start still slips through. Linux and macOS
// know better.
void close_from(posix_spawn_file_actions_t& actions, int first) {
    for (const int number : open_from(first)) {
        const int flags = ::fcntl(number, F_GETFD);
        if (flags < 0 || (flags & FD_CLOEXEC) != 0) {
            continue;
        }
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
