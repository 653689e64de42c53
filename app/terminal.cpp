#include "app/terminal.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace outboard::app {
namespace {

/// Cuts a line to the terminal's width: a line that wraps would spoil the redrawing. Counts UTF-8 characters.
std::string cut(const std::string& line) {
    winsize size{};
    const std::size_t width = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
    std::size_t shown = 0, at = 0;
    while (at < line.size() && (shown < width || (line[at] & 0xC0) == 0x80)) {
        shown += (line[at] & 0xC0) != 0x80 ? 1 : 0;
        ++at;
    }
    return line.substr(0, at);
}

}  // namespace

Terminal::Terminal() : interactive_(::isatty(STDOUT_FILENO) != 0) {}

void Terminal::wipe() {
    if (!block_.empty()) {
        fmt::print("\033[{}F\033[J", block_.size());
    }
}

void Terminal::draw(const std::vector<std::string>& lines) {
    wipe();
    block_ = lines;
    for (const auto& line : block_) {
        fmt::print("{}\n", cut(line));
    }
    std::fflush(stdout);
}

void Terminal::print(const std::string& line) {
    wipe();
    fmt::print("{}\n", line);
    for (const auto& kept : block_) {
        fmt::print("{}\n", cut(kept));
    }
    std::fflush(stdout);
}

std::string clock_text(double seconds) {
    const auto whole = static_cast<long long>(std::max(0.0, seconds));
    return whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                         : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string bar_text(double part, std::size_t width) {
    const auto full = static_cast<std::size_t>(std::lround(std::clamp(part, 0.0, 1.0) * static_cast<double>(width)));
    std::string bar;
    for (std::size_t i = 0; i < width; ++i) {
        bar += i < full ? "█" : "░";
    }
    return bar;
}

}  // namespace outboard::app
