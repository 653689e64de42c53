// The one place where a run begins and where its errors become one sentence and an exit code.
#include <cstdio>
#include <exception>
#include <string>

#include <fmt/format.h>

#include "app/command_line.h"
#include "app/verbs.h"

namespace {

using namespace outboard::app;

/// One line that ends as a sentence does.
void complain(std::string sentence) {
    for (char& c : sentence) {
        c = c == '\n' || c == '\r' ? ' ' : c;
    }
    if (!sentence.ends_with('.') && !sentence.ends_with('?')) {
        sentence += '.';
    }
    fmt::print(stderr, "outboard: {}\n", sentence);
}

int run(int argc, char** argv) {
    const auto line = parse_command_line(argc, argv);
    if (!line.help.empty()) {
        fmt::print("{}", line.help);
        return 0;
    }
    switch (line.verb) {
        case Verb::play:
            return run_play(line);
        case Verb::render:
            return run_render(line);
        case Verb::transform:
            return run_transform(line);
        case Verb::check:
            return run_check(line);
        case Verb::window:
            break;
    }
    return run_window(line, argc, argv);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const UsageError& error) {
        complain(error.what());
        return 2;
    } catch (const std::exception& error) {
        complain(error.what());
        return 1;
    }
}
