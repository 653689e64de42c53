#include "app/cpu_table.h"

#include <filesystem>

#include <fmt/format.h>

#include "app/terminal.h"

namespace outboard::app {
namespace {

using audio::Layer;

struct Row {
    Layer layer;
    const char* text;
};

constexpr Row rows[] = {
    {Layer::callback, "callback"},
    {Layer::sequencer, "  sequencer & MIDI"},
    {Layer::scripting, "  scripting"},
    {Layer::encode, "    encode"},
    {Layer::wait, "    WAIT  posted to started"},
    {Layer::busy, "    BUSY  started to finished"},
    {Layer::returned, "    return"},
    {Layer::apply, "    apply"},
    {Layer::audio, "    audio.process, hand over"},
    {Layer::audio_busy, "      at work, beside the callback"},
    {Layer::instruments, "  instruments"},
    {Layer::mix, "  mix"},
    {Layer::rest, "  rest"},
};

std::uint64_t late_blocks(const audio::EngineSnapshot& snapshot) {
    std::uint64_t late = 0;
    for (const auto& track : snapshot.tracks) {
        late += track.script.late_blocks();
    }
    return late;
}

const audio::LayerFigures& figures_of(const audio::EngineSnapshot& snapshot, Layer layer) {
    return snapshot.layers[static_cast<std::size_t>(layer)];
}

/// The first `width` characters, so that columns stand still. Names are cut between UTF-8 characters.
std::string column(const std::string& text, std::size_t width) {
    std::string shown;
    std::size_t characters = 0;
    for (const char byte : text) {
        characters += (byte & 0xC0) != 0x80 ? 1 : 0;
        if (characters > width) {
            break;
        }
        shown += byte;
    }
    return fmt::format("{:<{}}", shown, width);
}

std::string track_line(const audio::TrackSnapshot& track) {
    const auto& script = track.script;
    const auto calls = track.layers[static_cast<std::size_t>(Layer::busy)].calls_per_second;
    std::string name;
    for (const auto& one : script.scripts) {
        name += (name.empty() ? "" : "+") + std::filesystem::path(one).stem().string();
    }
    name = name.empty() ? "-" : name;
    return fmt::format("{}  {}  {} {:7.1f} {:9.1f} {:9.1f} {:9.1f} {:6}", column(track.settings.name, 14),
                       column(name, 14), column(scripting::to_string(script.state), 10), calls, script.wait.mean / 1000,
                       script.busy.mean / 1000, script.busy.p99 / 1000, script.late_blocks());
}

}  // namespace

std::string position_text(const audio::EngineSnapshot& snapshot) {
    return fmt::format("{}  bar {}.{}  {:.1f} BPM {}/{}",
                       clock_text(static_cast<double>(snapshot.sample) / snapshot.sample_rate), snapshot.bar,
                       snapshot.beat, snapshot.tempo, snapshot.numerator, snapshot.denominator);
}

std::vector<std::string> cpu_table(const audio::EngineSnapshot& snapshot) {
    const double done = snapshot.song_length_beats > 0 ? snapshot.song_beat / snapshot.song_length_beats : 0;
    std::vector<std::string> lines;
    lines.push_back(fmt::format("{} {}", bar_text(done, 24), position_text(snapshot)));
    lines.push_back(fmt::format("xruns {}   late {}", snapshot.xruns, late_blocks(snapshot)));
    lines.push_back("");
    lines.push_back(
        fmt::format("{:<32}{:>8}{:>8}{:>8}{:>8}", "percent of a block, last 10 s", "now", "mean", "p99", "max"));
    for (const auto& row : rows) {
        const auto& figures = figures_of(snapshot, row.layer);
        lines.push_back(fmt::format("{:<32}{:8.1f}{:8.1f}{:8.1f}{:8.1f}", row.text, figures.now, figures.mean,
                                    figures.p99, figures.max));
    }
    lines.push_back("");
    lines.push_back(fmt::format("{:<14}  {:<14}  {:<10} {:>7} {:>9} {:>9} {:>9} {:>6}", "track", "script", "state",
                                "calls/s", "WAIT µs", "BUSY µs", "BUSY p99", "late"));
    for (const auto& track : snapshot.tracks) {
        lines.push_back(track_line(track));
    }
    return lines;
}

std::string cpu_line(const audio::EngineSnapshot& snapshot) {
    const auto& callback = figures_of(snapshot, Layer::callback);
    const auto& scripting = figures_of(snapshot, Layer::scripting);
    return fmt::format(
        "{}  callback {:.1f} % (p99 {:.1f})  scripting {:.1f} %  instruments {:.1f} %  xruns {}  late {}",
        position_text(snapshot), callback.mean, callback.p99, scripting.mean_all,
        figures_of(snapshot, Layer::instruments).mean_all, snapshot.xruns, late_blocks(snapshot));
}

}  // namespace outboard::app
