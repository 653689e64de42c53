// A build without the window: no verb means play.
#include "app/verbs.h"

namespace outboard::app {

int run_window(const CommandLine& line, int, char**) {
    return run_play(line);
}

}  // namespace outboard::app
