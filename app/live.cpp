#include "app/live.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

namespace outboard::app {

using namespace std::chrono_literals;

LiveOptions live_options(const CommandLine& line) {
    return {line.transport, line.pipelined, line.prewake_guard_ns, line.deadline, line.seed};
}

Live::Live(const audio::Session& session, const LiveOptions& options)
    : device_(audio::open_device(session.device)), midi_input_names_(session.midi_inputs) {
    scripting::ScriptHost::Options host;
    host.transport = options.transport;
    host.sample_rate = device_->rate();
    host.seed = options.seed;
    host.pipelined = options.pipelined;
    host.prewake_guard_ns = options.prewake_guard_ns;
    host_ = std::make_unique<scripting::ScriptHost>(host);

    audio::Engine::Options engine;
    engine.sample_rate = device_->rate();
    engine.block_frames = session.device.frames;
    engine.deadline = options.deadline;
    engine.pipelined = options.pipelined;
    engine_ = std::make_unique<audio::Engine>(engine, *host_, session);
}

Live::~Live() {
    device_->stop();
    midi_inputs_.reset();
    engine_.reset();
}

void Live::start() {
    try {
        midi_inputs_ = std::make_unique<audio::MidiInputs>(*engine_, midi_input_names_);
    } catch (const std::exception& error) {
        midi_notice_ = error.what();  // a keyboard that is not plugged in is no reason not to play
    }
    device_->start(*engine_);
    for (int i = 0; i < 200; ++i) {
        if (const auto thread = device_->callback_thread()) {
            host_->set_callback_thread(*thread);
            return;
        }
        std::this_thread::sleep_for(5ms);
    }
}

void Live::stop() {
    engine_->stop();
    // The song's notes have ended with it; what scripts still hold ends by itself or at the panic.
    std::this_thread::sleep_for(100ms);
    engine_->panic();
    std::this_thread::sleep_for(100ms);
    device_->stop();
}

std::vector<std::string> Live::notices() const {
    std::vector<std::string> sentences{device_->notice(), midi_notice_};
    std::erase(sentences, "");
    return sentences;
}

std::string Live::device_text() const {
    auto text = fmt::format("{} · {:.0f} Hz", device_->host_api(), device_->rate());
    if (const auto frames = device_->frames(); frames > 0) {
        text += fmt::format(" · {} frames ({:.2f} ms)", frames, 1000.0 * frames / device_->rate());
    }
    return text;
}

}  // namespace outboard::app
