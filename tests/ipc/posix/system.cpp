#include "system.h"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace outboard::ipc::test {

std::array<Descriptor, 2> os_pipe() {
    int numbers[2] = {-1, -1};
    if (::pipe(numbers) != 0) {
        return {};
    }
    ::fcntl(numbers[0], F_SETFD, FD_CLOEXEC);
    ::fcntl(numbers[1], F_SETFD, FD_CLOEXEC);
    return {Descriptor(numbers[0]), Descriptor(numbers[1])};
}

std::size_t read_some(const Descriptor& from, std::span<char> into) {
    const ssize_t got = ::read(from.get(), into.data(), into.size());
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool write_all(const Descriptor& to, std::span<const std::byte> bytes) {
    return ::write(to.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
}

Descriptor open_null() {
    return Descriptor(::open("/dev/null", O_RDWR | O_CLOEXEC));
}

Descriptor copy_of(const Descriptor& descriptor) {
    return Descriptor(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 0));
}

bool is_open(Handle handle) {
    return ::fcntl(handle, F_GETFD) >= 0;
}

void set_variable(const char* name, const char* value) {
    ::setenv(name, value, 1);
}

void make_inheritable(const Descriptor& descriptor) {
    ::fcntl(descriptor.get(), F_SETFD, 0);
}

int open_handles() {
    int found = 0;
    for (int number = 0; number < 1024; ++number) {
        found += is_open(number);
    }
    return found;
}

Handle standard_error() {
    return STDERR_FILENO;
}

bool is_ready(Handle handle, int ms) {
    pollfd entry{handle, POLLIN, 0};
    return ::poll(&entry, 1, ms) == 1;
}

void stop(const Process& process) {
    const auto pid = static_cast<pid_t>(process.pid());
    ::kill(pid, SIGSTOP);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WNOWAIT);
}

void go_on(const Process& process) {
    ::kill(static_cast<pid_t>(process.pid()), SIGCONT);
}

std::uint64_t many_messages(bool /*over_pipe*/) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 100'000;
#else
    return 1'000'000;
#endif
}

const bool os_pipe_takes_parts = true;
const char* const word_for_killed = "SIGKILL";
const char* const word_for_asked = "SIGTERM";

}  // namespace outboard::ipc::test
