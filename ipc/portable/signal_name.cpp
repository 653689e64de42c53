#include <csignal>

#include "ipc/posix/exit_watch.h"

namespace outboard::ipc {

// By hand: POSIX knows no function for it before its issue of 2024.
std::string signal_name(int number) {
    struct Named {
        int number;
        const char* name;
    };
    static constexpr Named known[] = {
        {SIGABRT, "SIGABRT"}, {SIGALRM, "SIGALRM"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGHUP, "SIGHUP"},
        {SIGILL, "SIGILL"},   {SIGINT, "SIGINT"},   {SIGKILL, "SIGKILL"}, {SIGPIPE, "SIGPIPE"}, {SIGQUIT, "SIGQUIT"},
        {SIGSEGV, "SIGSEGV"}, {SIGSYS, "SIGSYS"},   {SIGTERM, "SIGTERM"}, {SIGTRAP, "SIGTRAP"}, {SIGUSR1, "SIGUSR1"},
        {SIGUSR2, "SIGUSR2"}, {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"},
    };
    for (const Named& signal : known) {
        if (signal.number == number) {
            return signal.name;
        }
    }
    return "signal " + std::to_string(number);
}

}  // namespace outboard::ipc
