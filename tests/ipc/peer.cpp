// The other process of the tests. peer MODE [ARGUMENTS]
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>

#include <dirent.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <unistd.h>

#include "ends.h"
#include "ipc/clock.h"
#include "ipc/segment.h"
#include "ipc/semaphore.h"
#include "ipc/shared_memory.h"
#include "messages.h"

namespace outboard::ipc::test {
namespace {

using Arguments = std::vector<std::string>;

struct Inherited {
    std::size_t ring_bytes;
    std::unique_ptr<Pipe> pipe;
};

/// TRANSPORT RING_BYTES, descriptors 3 and 4.
Inherited inherited(const Arguments& arguments) {
    const std::size_t ring_bytes = std::stoul(arguments.at(1));
    const Transport transport = arguments.at(0) == "shm" ? Transport::shm : Transport::pipe;
    return {ring_bytes, open_half(transport, {Descriptor(3), Descriptor(4)}, ring_bytes)};
}

int status_code(Status status) {
    return 100 + static_cast<int>(status);
}

/// Sends everything back until the host closes: 0.
int echo(const Arguments& arguments) {
    const auto [ring_bytes, pipe] = inherited(arguments);
    std::vector<std::byte> buffer(ring_bytes);
    for (;;) {
        const Received received = pipe->receive(buffer, no_deadline);
        if (received.status != Status::ok) {
            return received.status == Status::closed ? 0 : status_code(received.status);
        }
        Status sent = Status::full;
        while ((sent = pipe->send(std::span(buffer).first(received.size))) == Status::full) {
            // Only a look: it is what a busy child would do, and it pushes a begun frame on.
            std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
        if (sent != Status::ok) {
            return status_code(sent);
        }
    }
}

/// Disturbs this process with a signal every millisecond.
void start_signal_storm() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &action, nullptr);
    const itimerval every_ms{{0, 1000}, {0, 1000}};
    ::setitimer(ITIMER_REAL, &every_ms, nullptr);
}

int echo_in_a_storm(const Arguments& arguments) {
    start_signal_storm();
    return echo(arguments);
}

/// Says one message, and leaves with the code that the seed says; 1000: stays.
int say_hello(const Arguments& arguments) {
    const auto [ring_bytes, pipe] = inherited(arguments);
    const int code = std::stoi(arguments.at(2));
    pipe->send(message_of(1, 0, 100));
    while (code == 1000) {
        ::pause();
    }
    ::_exit(code);
}

/// Leaves with the code that the seed says and without a word; 1000: stays; 1001: stays with its pipe closed.
int say_nothing(const Arguments& arguments) {
    const auto [ring_bytes, pipe] = inherited(arguments);
    const int code = std::stoi(arguments.at(2));
    if (code == 1001) {
        pipe->close();
    }
    while (code >= 1000) {
        ::pause();
    }
    ::_exit(code);  // without a close: shared memory does not tell
}

/// Stops for its parent to trace it, then sends message 0, 1, 2, … of the seed, made before, until it is killed.
int flood_traced(const Arguments& arguments) {
    const auto [ring_bytes, pipe] = inherited(arguments);
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

/// Sends message 0, 1, 2, … of the seed, until it is killed.
int flood(const Arguments& arguments) {
    const auto [ring_bytes, pipe] = inherited(arguments);
    const std::uint64_t seed = std::stoull(arguments.at(2));
    for (std::uint64_t index = 0;; ++index) {
        const std::vector<std::byte> message = message_of(seed, index, pipe->capacity());
        Status sent = Status::full;
        while ((sent = pipe->send(message)) == Status::full) {
            std::this_thread::yield();
        }
        if (sent != Status::ok) {
            return status_code(sent);
        }
    }
}

/// Waits for the host's posts and answers each with one of its own, both over segments as a pipe has them.
int semaphore(const Arguments& arguments) {
    const Descriptor theirs_file(3);
    const Descriptor ours_file(4);
    const SharedMemory theirs_memory = SharedMemory::map(theirs_file, SharedMemory::Access::read_only);
    const SharedMemory ours_memory = SharedMemory::map(ours_file, SharedMemory::Access::read_write);
    const auto& theirs = *reinterpret_cast<const Segment*>(theirs_memory.bytes().data());
    auto& ours = *reinterpret_cast<Segment*>(ours_memory.bytes().data());
    Poster poster(ours.posts, theirs.waiting);
    Waiter waiter(theirs.posts, ours.waiting);
    const auto rounds = static_cast<std::uint32_t>(std::stoul(arguments.at(0)));
    for (std::uint32_t seen = 0; seen < rounds; ++seen) {
        while (waiter.posts() == seen) {
            waiter.wait(seen, no_deadline);
        }
        poster.post();
    }
    return 0;
}

/// Waits for a post that never comes.
int wait_for_ever(const Arguments&) {
    const SharedMemory theirs_memory = SharedMemory::map(Descriptor(3), SharedMemory::Access::read_only);
    const SharedMemory ours_memory = SharedMemory::map(Descriptor(4), SharedMemory::Access::read_write);
    const auto& theirs = *reinterpret_cast<const Segment*>(theirs_memory.bytes().data());
    auto& ours = *reinterpret_cast<Segment*>(ours_memory.bytes().data());
    Waiter waiter(theirs.posts, ours.waiting);
    const std::uint32_t seen = waiter.posts();
    while (waiter.posts() == seen) {
        waiter.wait(seen, no_deadline);
    }
    return 0;
}

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

int print_variable(const Arguments& arguments) {
    const char* value = std::getenv(arguments.at(0).c_str());
    std::printf("%s\n", value != nullptr ? value : "(none)");
    return 0;
}

int print_arguments(const Arguments& arguments) {
    for (const std::string& argument : arguments) {
        std::printf("[%s]\n", argument.c_str());
    }
    std::printf("pid %d group %d\n", ::getpid(), ::getpgrp());
    return 0;
}

int leave(const Arguments& arguments) {
    return std::stoi(arguments.at(0));
}

int raise_signal(const Arguments& arguments) {
    std::raise(std::stoi(arguments.at(0)));
    return 1;
}

int sleep_on(const Arguments&) {
    std::puts("ready");
    std::fflush(stdout);
    for (;;) {
        ::pause();
    }
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

/// Ends with its parent, by the lifeline at 3.
int end_with_parent_at_3(const Arguments& arguments) {
    end_with_parent(3);
    return sleep_on(arguments);
}

/// Ends with its parent, though it is busy and takes no signal.
int end_with_parent_busy(const Arguments&) {
    end_with_parent(3);
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    for (;;) {
        (void)now_ns();
    }
}

/// Starts children of the modes given, prints their numbers and sleeps: the parent that gets killed.
int parent(const Arguments& arguments) {
    std::vector<Process> children;
    std::vector<Descriptor> lifelines;
    for (const std::string& mode : arguments) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) {
            return 1;
        }
        const Descriptor theirs(ends[0]);
        lifelines.emplace_back(ends[1]);
        Process::Options options;
        options.program = "/proc/self/exe";
        options.arguments = {mode};
        options.descriptors = {{theirs.get(), 3}};
        children.push_back(Process::start(options));
        std::printf("%lld\n", static_cast<long long>(children.back().pid()));
    }
    return sleep_on(arguments);
}

}  // namespace
}  // namespace outboard::ipc::test

int main(int count, char** values) {
    using namespace outboard::ipc::test;
    const std::map<std::string, int (*)(const Arguments&)> modes{
        {"echo", echo},
        {"flood", flood},
        {"flood-traced", flood_traced},
        {"echo-in-a-storm", echo_in_a_storm},
        {"say-hello", say_hello},
        {"say-nothing", say_nothing},
        {"semaphore", semaphore},
        {"wait-for-ever", wait_for_ever},
        {"list-descriptors", list_descriptors},
        {"list-signals", list_signals},
        {"print-variable", print_variable},
        {"print-arguments", print_arguments},
        {"leave", leave},
        {"raise", raise_signal},
        {"sleep", sleep_on},
        {"ignore-sigterm", ignore_sigterm},
        {"leave-somebody-behind", leave_somebody_behind},
        {"end-with-parent", end_with_parent_at_3},
        {"end-with-parent-busy", end_with_parent_busy},
        {"parent", parent},
    };
    const auto mode = count > 1 ? modes.find(values[1]) : modes.end();
    if (mode == modes.end()) {
        std::fputs("peer: unknown mode\n", stderr);
        return 99;
    }
    return mode->second(Arguments(values + 2, values + count));
}
