#include "ipc/posix/spawn_settings.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <set>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

extern char** environ;  // POSIX leaves the declaration to the program

namespace outboard::ipc {

namespace {

constexpr int largest_number_there = 255;

void check(int error, const std::string& sentence) {
    if (error != 0) {
        throw std::system_error(error, std::generic_category(), sentence);
    }
}

void check(int error) {
    check(error, "cannot prepare the start of a program");
}

/// Parent's environment with the additions; an addition replaces the variable of that name.
std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& additions) {
    std::vector<std::string> result;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view variable(*entry);
        const std::string_view name = variable.substr(0, variable.find('='));
        if (std::none_of(additions.begin(), additions.end(), [&](const auto& added) { return added.first == name; })) {
            result.emplace_back(variable);
        }
    }
    for (const auto& [name, value] : additions) {
        result.push_back(name + "=" + value);
    }
    return result;
}

}  // namespace

SpawnSettings::SpawnSettings(const Process::Options& options) {
    strings_.push_back(options.program);
    strings_.insert(strings_.end(), options.arguments.begin(), options.arguments.end());
    const std::size_t argument_count = strings_.size();
    for (std::string& variable : environment_with(options.environment)) {
        strings_.push_back(std::move(variable));
    }
    for (std::size_t i = 0; i < strings_.size(); ++i) {
        (i < argument_count ? argv_ : envp_).push_back(strings_[i].data());
    }
    argv_.push_back(nullptr);
    envp_.push_back(nullptr);

    check(::posix_spawn_file_actions_init(&actions_));
    check(::posix_spawnattr_init(&attributes_));
    try {
        place_descriptors(options);
        set_attributes();
    } catch (...) {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
        throw;
    }
}

SpawnSettings::~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
}

void SpawnSettings::place_descriptors(const Process::Options& options) {
    std::set<int> taken;
    int last = 2;
    for (const auto& [here, there] : options.descriptors) {
        if (there < 3 || there > largest_number_there || !taken.insert(there).second) {
            check(EINVAL, "descriptor " + std::to_string(there) + " for '" + options.program +
                              "' is below 3, above 255 or named twice");
        }
        last = std::max(last, there);
    }

    check(::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0));
    for (const auto& [here, there] : {std::pair{options.standard_output, 1}, std::pair{options.standard_error, 2}}) {
        if (here >= 0) {
            place(here, there, last);
        } else {
            check(::posix_spawn_file_actions_addopen(&actions_, there, "/dev/null", O_WRONLY, 0));
        }
    }
    for (const auto& [here, there] : options.descriptors) {
        place(here, there, last);
    }
    for (int number = 3; number < last; ++number) {
        if (!taken.contains(number)) {
            check(::posix_spawn_file_actions_addclose(&actions_, number));
        }
    }
    close_from(actions_, last + 1);
}

void SpawnSettings::place(int here, int there, int above) {
    // By way of a copy above all numbers of the child: one placement can then never overwrite the source of another.
    Descriptor copy(::fcntl(here, F_DUPFD_CLOEXEC, above + 1));
    if (!copy) {
        check(errno,
              "descriptor " + std::to_string(here) + " cannot become " + std::to_string(there) + " of a program");
    }
    check(::posix_spawn_file_actions_adddup2(&actions_, copy.get(), there));
    copies_.push_back(std::move(copy));
}

void SpawnSettings::set_attributes() {
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    check(::posix_spawnattr_setsigdefault(&attributes_, &all));
    check(::posix_spawnattr_setsigmask(&attributes_, &none));
    check(::posix_spawnattr_setpgroup(&attributes_, 0));
    const int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP | own_spawn_flags();
    check(::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)));
}

}  // namespace outboard::ipc
