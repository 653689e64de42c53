#include "peer_modes.h"

#include <csignal>

#include <sys/time.h>

namespace outboard::ipc::test {
namespace {

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

}  // namespace

void block_signals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

Modes posix_modes() {
    return {{"echo-in-a-storm", echo_in_a_storm}};
}

}  // namespace outboard::ipc::test
