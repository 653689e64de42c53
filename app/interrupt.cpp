#include "app/interrupt.h"

#include <csignal>

namespace outboard::app {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void on_signal(int number) {
    interrupted = 1;
    std::signal(number, SIG_DFL);
}

}  // namespace

Interrupt::Interrupt() {
    interrupted = 0;
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
}

Interrupt::~Interrupt() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

bool Interrupt::requested() const noexcept {
    return interrupted != 0;
}

}  // namespace outboard::app
