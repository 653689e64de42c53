// render and transform: the same engine as fast as it goes.
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "app/interrupt.h"
#include "app/offline.h"
#include "app/script_messages.h"
#include "app/session_source.h"
#include "app/stats_file.h"
#include "app/terminal.h"
#include "app/text_file.h"
#include "app/verbs.h"
#include "audio/render.h"

namespace outboard::app {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t default_frames = 128;

/// A bar in a terminal, a line at every quarter elsewhere.
class ProgressDisplay {
public:
    explicit ProgressDisplay(std::string title) : title_(std::move(title)) {}

    void show(double done) {
        if (terminal_.interactive()) {
            terminal_.draw({fmt::format("{} {} {:3.0f} %", title_, bar_text(done, 40), 100 * done)});
        } else if (done >= next_line_) {
            terminal_.print(fmt::format("{} {:.0f} %", title_, 100 * done));
            next_line_ = done + 0.25;
        }
    }
    void print(const std::string& line) { terminal_.print(line); }

private:
    std::string title_;
    Terminal terminal_;
    double next_line_ = 0.25;
};

/// render and transform are the same run up to what becomes of the events.
using Work = audio::RenderResult (*)(audio::Engine&, const audio::RenderOptions&);

int run_offline(const CommandLine& line, Work work, const char* title) {
    const auto source = find_session(line);
    require_writable(line.output);  // told before the work, not after it
    require_writable(line.stats);
    const auto& session = source.session;
    const auto frames = session.device.frames > 0 ? session.device.frames : default_frames;

    Offline offline(session, live_options(line));
    auto& engine = offline.engine();
    for (const auto& notice : source.notices) {
        fmt::print("{}\n", notice);
    }

    const Interrupt interrupt;
    ProgressDisplay display(title);
    const auto show_messages = [&] {
        const auto messages = engine.scripts().take_messages();
        for (const auto& message : messages) {
            display.print(message_line(message, session.device.rate));
        }
        return !messages.empty();
    };
    audio::RenderOptions options;
    options.output = line.output;
    options.frames = frames;
    options.format = line.float_samples ? audio::SampleFormat::float32 : audio::SampleFormat::pcm16;
    options.tail_seconds = line.tail;
    options.limit_seconds = line.seconds;
    options.progress = [&](double done) {
        show_messages();
        display.show(done);
        return !interrupt.requested();
    };
    const auto result = work(engine, options);
    // The last lines of a script come beside its last answer, by another thread: heard when nothing more comes.
    for (int quiet = 0; quiet < 10; quiet = show_messages() ? 0 : quiet + 1) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    if (result.cancelled) {
        throw std::runtime_error("stopped by you; nothing was written");
    }
    if (!line.stats.empty()) {
        write_stats(line.stats, {engine.snapshot(), frames, result.length, line.pipelined, std::nullopt});
    }
    fmt::print("Wrote {}: {} in {:.1f} s ({:.0f} times real time).\n", line.output, clock_text(result.seconds),
               result.elapsed_seconds, result.elapsed_seconds > 0 ? result.seconds / result.elapsed_seconds : 0.0);
    if (result.beyond_midi > 0) {
        fmt::print("Left out, since a MIDI file cannot say it: {} changes of single notes, tunings or settings.\n",
                   result.beyond_midi);
    }
    return 0;
}

}  // namespace

Offline::Offline(const audio::Session& session, const LiveOptions& options) {
    scripting::ScriptHost::Options host;
    host.transport = options.transport;
    host.sample_rate = session.device.rate;
    host.seed = options.seed;
    host.pipelined = options.pipelined;
    host.offline = true;
    host_ = std::make_unique<scripting::ScriptHost>(host);
    audio::Engine::Options engine;
    engine.sample_rate = session.device.rate;
    engine.offline = true;
    engine.pipelined = options.pipelined;
    engine_ = std::make_unique<audio::Engine>(engine, *host_, session);
    if (const auto failed = engine_->wait_scripts(script_patience); !failed.empty()) {
        throw std::runtime_error(failed.front());
    }
}

int run_render(const CommandLine& line) {
    return run_offline(line, audio::render, "Rendering");
}

int run_transform(const CommandLine& line) {
    if (std::filesystem::path(line.input).extension() == ".outboard") {
        throw UsageError(fmt::format("transform takes a song: '{}' is a session", line.input));
    }
    return run_offline(line, audio::transform, "Transforming");
}

}  // namespace outboard::app
