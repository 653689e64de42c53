// What a run shows while it goes on: a block of lines that is redrawn in a terminal, now and then a line elsewhere.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace outboard::app {

class Terminal {
public:
    Terminal();
    /// Leaves the last block standing.
    ~Terminal() = default;

    /// Whether standard output is a terminal.
    [[nodiscard]] bool interactive() const noexcept { return interactive_; }
    /// Replaces the block that was drawn before. Only for a terminal.
    void draw(const std::vector<std::string>& lines);
    /// A line that stays, above the block if there is one.
    void print(const std::string& line);

private:
    void wipe();
    bool interactive_;
    std::vector<std::string> block_;
};

/// "0:07", "1:02:03".
[[nodiscard]] std::string clock_text(double seconds);
/// A bar of `width` characters.
[[nodiscard]] std::string bar_text(double part, std::size_t width);

}  // namespace outboard::app
