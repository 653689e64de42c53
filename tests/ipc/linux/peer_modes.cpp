#include "peer_modes.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <dirent.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "messages.h"

namespace outboard::ipc::test {
namespace {

/// Prints "NUMBER TARGET" for every open descriptor but the one that lists them.
int list_descriptors(const Arguments&) {
    DIR* folder = ::opendir("/proc/self/fd");
    if (folder == nullptr) {
        return 1;
    }
    std::map<int, std::string> found;
    while (const dirent* entry = ::readdir(folder)) {
        const int number = std::atoi(entry->d_name);
        if (entry->d_name[0] != '.' && number != ::dirfd(folder)) {
            char target[256] = {};
            const std::string path = "/proc/self/fd/" + std::to_string(number);
            const ssize_t length = ::readlink(path.c_str(), target, sizeof target - 1);
            found[number] = std::string(target, static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
        }
    }
    ::closedir(folder);
    for (const auto& [number, target] : found) {
        std::printf("%d %s\n", number, target.c_str());
    }
    return 0;
}

/// Prints the numbers of the signals that are blocked or not at their default.
int list_signals(const Arguments&) {
    sigset_t blocked;
    sigemptyset(&blocked);
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    for (int number = 1; number < SIGRTMIN; ++number) {
        struct sigaction action {};
        ::sigaction(number, nullptr, &action);
        if (sigismember(&blocked, number) == 1 || action.sa_handler != SIG_DFL) {
            std::printf("%d\n", number);
        }
    }
    return 0;
}

int raise_signal(const Arguments& arguments) {
    std::raise(std::stoi(arguments.at(0)));
    return 1;
}

/// Does not go when it is asked to.
int ignore_sigterm(const Arguments& arguments) {
    std::signal(SIGTERM, SIG_IGN);
    return sleep_on(arguments);
}

/// Leaves a program of its own group behind and prints its number.
int leave_somebody_behind(const Arguments&) {
    const pid_t helper = ::fork();
    if (helper == 0) {
        for (;;) {
            ::pause();
        }
    }
    std::printf("%d\n", helper);
    return 0;
}

/// Stops for its parent to trace it, then sends message 0, 1, 2, … of the seed, made before, until it is killed.
int flood_traced(const Arguments& arguments) {
    const auto [ring_bytes, pipe] = inherited_pipe(arguments);
    std::vector<std::vector<std::byte>> messages;
    for (std::uint64_t index = 0; index < 200; ++index) {
        messages.push_back(message_of(std::stoull(arguments.at(2)), index, pipe->capacity()));
    }
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
        return 2;
    }
    std::raise(SIGSTOP);
    for (const std::vector<std::byte>& message : messages) {
        while (pipe->send(message) == Status::full) {
        }
    }
    return 0;
}

int print_group(const Arguments&) {
    std::printf("pid %d group %d\n", ::getpid(), ::getpgrp());
    return 0;
}

}  // namespace

Modes system_modes() {
    Modes modes{{"list-descriptors", list_descriptors},
                {"flood-traced", flood_traced},
                {"list-signals", list_signals},
                {"print-group", print_group},
                {"raise", raise_signal},
                {"ignore-sigterm", ignore_sigterm},
                {"leave-somebody-behind", leave_somebody_behind}};
    modes.merge(posix_modes());
    return modes;
}

}  // namespace outboard::ipc::test
