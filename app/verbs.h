// What outboard does, one function per verb. Each returns the exit code, or throws UsageError or std::runtime_error
// with the sentence that the user is to read.
#pragma once

#include "app/command_line.h"

namespace outboard::app {

int run_play(const CommandLine& line);
int run_render(const CommandLine& line);
int run_transform(const CommandLine& line);
int run_check(const CommandLine& line);
/// The window; plays headless where there is no display or no window was built.
int run_window(const CommandLine& line, int argc, char** argv);

}  // namespace outboard::app
