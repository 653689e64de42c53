#include "hop/load.h"

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "hop/placement.h"

namespace outboard::bench {

Load::Load(bool wanted, double seconds) {
    if (!wanted) {
        return;
    }
    ipc::Process::Options options;
    options.program = "/usr/bin/stress-ng";
    options.arguments = {"--cpu",       std::to_string(cores()),
                         "--io",        "2",
                         "--vm",        "1",
                         "--timeout",   std::to_string(60 + static_cast<int>(3 * seconds)),
                         "--temp-path", "/tmp"};
    process_ = std::make_unique<ipc::Process>(ipc::Process::start(options));
    std::this_thread::sleep_for(std::chrono::duration<double>(settle_seconds));
    if (const auto exit = process_->poll()) {
        throw std::runtime_error("stress-ng does not run: " + exit->describe());
    }
}

Load::~Load() {
    if (process_) {
        process_->terminate(std::chrono::seconds(10));
    }
}

}  // namespace outboard::bench
