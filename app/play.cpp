// play: a session in real time without a window.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "app/cpu_table.h"
#include "app/interrupt.h"
#include "app/live.h"
#include "app/script_messages.h"
#include "app/session_source.h"
#include "app/stats_file.h"
#include "app/terminal.h"
#include "app/text_file.h"
#include "app/verbs.h"

namespace outboard::app {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

double median(std::vector<double> values) {
    if (values.empty()) {
        return 0;
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// The loop of a run: watches, shows, and decides when it is over.
class Player {
public:
    Player(const CommandLine& line, Live& live) : line_(line), live_(live), began_(Clock::now()) {}

    void run(const Interrupt& interrupt) {
        for (auto next = began_;; next += 100ms) {
            std::this_thread::sleep_until(next);
            loads_.push_back(100 * live_.device().cpu_load());
            const auto snapshot = live_.engine().snapshot();
            show_messages();
            show(snapshot);
            if (interrupt.requested() || over(snapshot)) {
                return;
            }
            if (!live_.device().alive()) {
                throw std::runtime_error(fmt::format("{} stopped calling: is its server or sound card still there?",
                                                     live_.device().host_api()));
            }
        }
    }

    void show_messages() {
        for (const auto& message : live_.engine().scripts().take_messages()) {
            terminal_.print(message_line(message, live_.device().rate()));
        }
    }

    [[nodiscard]] double load_median() const { return median(loads_); }

private:
    bool over(const audio::EngineSnapshot& snapshot) {
        const double played = static_cast<double>(snapshot.sample) / snapshot.sample_rate;
        if (line_.seconds && played >= *line_.seconds) {
            return true;
        }
        if (!snapshot.song_ended) {
            return false;
        }
        if (!song_end_) {
            const double two_bars = 2.0 * 60 / snapshot.tempo * 4 * snapshot.numerator / snapshot.denominator;
            song_end_ = played + line_.tail.value_or(two_bars);
        }
        return played >= *song_end_;
    }

    void show(const audio::EngineSnapshot& snapshot) {
        const auto now = Clock::now();
        if (now < next_show_) {
            return;
        }
        if (terminal_.interactive()) {
            next_show_ = now + 250ms;
            terminal_.draw(cpu_table(snapshot));
        } else {
            next_show_ = now + 3s;
            terminal_.print(cpu_line(snapshot));
        }
    }

    const CommandLine& line_;
    Live& live_;
    Terminal terminal_;
    Clock::time_point began_, next_show_;
    std::vector<double> loads_;
    std::optional<double> song_end_;  ///< seconds of engine time at which the run is over
};

RunFigures figures_of(const CommandLine& line, Live& live, double load_median) {
    RunFigures run;
    run.snapshot = live.engine().snapshot();
    auto& device = live.device();
    run.frames = line.frames.value_or(device.frames() > 0 ? device.frames() : run.snapshot.frames);
    run.length = run.snapshot.sample;
    run.pipelined = line.pipelined;
    run.device = RunDevice{device.name(), device.host_api(), device.rate(), device.frames(), load_median};
    return run;
}

void print_summary(const RunFigures& run) {
    std::uint64_t late = 0, restarts = 0, lost = 0, hanging = 0;
    for (const auto& track : run.snapshot.tracks) {
        late += track.script.late_blocks();
        restarts += track.script.restarts;
        lost += track.events_lost;
        hanging += track.notes_hanging;
    }
    const auto layer = [&](audio::Layer which) { return run.snapshot.layers_total[static_cast<std::size_t>(which)]; };
    fmt::print(
        "Played {} in {} blocks: callback {:.1f} % of a block (p99 {:.1f}), scripting {:.1f} %, xruns {}, late {}, "
        "restarts {}, events lost {}, notes hanging {}.\n",
        clock_text(static_cast<double>(run.length) / run.snapshot.sample_rate), run.snapshot.blocks,
        layer(audio::Layer::callback).mean, layer(audio::Layer::callback).p99, layer(audio::Layer::scripting).mean_all,
        run.snapshot.xruns, late, restarts, lost, hanging);
}

}  // namespace

int run_play(const CommandLine& line) {
    const auto source = find_session(line);
    require_writable(line.stats);
    require_writable(line.capture);
    require_writable(line.midi);
    const Interrupt interrupt;
    Live live(source.session, live_options(line));
    auto& engine = live.engine();
    if (const auto failed = engine.wait_scripts(script_patience); !failed.empty()) {
        throw std::runtime_error(failed.front());
    }
    for (const auto& notice : source.notices) {
        fmt::print("{}\n", notice);
    }
    if (!line.capture.empty()) {
        engine.start_capture(line.capture);
    }
    if (!line.midi.empty()) {
        engine.start_midi_capture(line.midi);
    }
    engine.play();
    live.start();
    for (const auto& notice : live.notices()) {
        fmt::print("{}\n", notice);
    }
    fmt::print("{} · {}\n", std::filesystem::path(source.session.song).filename().string(), live.device_text());

    Player player(line, live);
    player.run(interrupt);
    live.stop();
    engine.stop_capture();
    engine.stop_midi_capture();
    player.show_messages();
    const auto run = figures_of(line, live, player.load_median());
    if (!line.stats.empty()) {
        write_stats(line.stats, run);
    }
    print_summary(run);
    return 0;
}

}  // namespace outboard::app
