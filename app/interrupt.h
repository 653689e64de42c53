// Ctrl+C and SIGTERM as a question that a loop asks, so that a run ends in order.
#pragma once

namespace outboard::app {

/// While it lives, SIGINT and SIGTERM only set a flag. A second one ends the program at once.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    [[nodiscard]] bool requested() const noexcept;
};

}  // namespace outboard::app
