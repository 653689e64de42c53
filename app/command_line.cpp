#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace outboard::app {
namespace {

/// What the parser fills before it is checked.
struct Words {
    CommandLine line;
    std::vector<std::string> scripts, settings;
    std::string latency = "sync", prewake = "auto", swap, format = "pcm16", sandbox, trace;
};

/// A number option that names itself in its sentence and refuses what is out of range.
template <typename Number>
void add_number(CLI::App& verb, const std::string& name, std::optional<Number>& target, Number low, Number high,
                const std::string& unit, const std::string& help) {
    verb.add_option_function<std::string>(
            name,
            [name, &target, low, high, unit](const std::string& text) {
                Number value{};
                if (!CLI::detail::lexical_cast(text, value) || !(value >= low && value <= high) ||
                    (std::is_unsigned_v<Number> && text.starts_with('-'))) {
                    throw UsageError(
                        fmt::format("{} takes a number of {} from {} to {}, not '{}'", name, unit, low, high, text));
                }
                target = value;
            },
            help)
        ->type_name("NUMBER");
}

void add_scripts(CLI::App& verb, Words& words) {
    verb.add_option(
            "--script", words.scripts,
            "a script file or a factory script's name for all channels, or CHANNEL:SCRIPT for one; repeatable: several "
            "for the same are a chain, the output of one is the input of the next")
        ->type_name("[CHANNEL:]SCRIPT")
        ->allow_extra_args(false);
    verb.add_option(
            "--set", words.settings,
            "the value of a script's parameter: a number, a menu's text, on or off, numbers with commas for a table or "
            "XY, a file's path; of the second script of a chain 2.NAME=VALUE; repeatable")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    verb.add_option("--seed", words.line.seed, "seed of the scripts' random numbers")->type_name("NUMBER");
    verb.add_option("--transport", words.line.transport, "how events travel to a script: shm or pipe");
    verb.add_option("--sandbox", words.sandbox, "not built yet")->group("");
}

void add_engine(CLI::App& verb, Words& words, std::optional<double>& rate) {
    add_number<std::uint32_t>(verb, "--frames", words.line.frames, 1, 8192, "frames per block", "frames per block");
    add_number<double>(verb, "--rate", rate, 8000, 96000, "samples per second", "samples per second");
    verb.add_option("--stats", words.line.stats, "write figures of the run to this file")->type_name("FILE.json");
}

void add_sound(CLI::App& verb, Words& words) {
    verb.add_option("--soundfont", words.line.soundfont, "the sounds (default: the system's)")->type_name("FILE.sf2");
    verb.add_option("--latency", words.latency, "sync (answers in the same block) or pipelined (one block later)");
    verb.add_option("--trace", words.trace, "not built yet")->group("");
}

void add_real_time(CLI::App& verb, Words& words, std::optional<double>& deadline) {
    verb.add_option("--device", words.line.device, "where it sounds; 'outboard check' lists them, 'timer' is silent")
        ->type_name("NAME");
    verb.add_option("--prewake", words.prewake,
                    "wake scripts before they are called: auto, off, or so many microseconds before (needs real-time "
                    "priority)")
        ->type_name("auto|off|USEC");
    verb.add_option(
            "--swap", words.swap,
            "when a script that was saved takes over: with the next block, beat or bar (default: as the session "
            "says, else beat)")
        ->type_name("block|beat|bar");
    add_number<double>(verb, "--deadline", deadline, 0.05, 1.0, "blocks",
                       "how much of a block scripts may take (default 0.5)");
    add_number<double>(verb, "--seconds", words.line.seconds, 0.01, 1e6, "seconds", "stop after so many seconds");
    verb.add_option("--capture", words.line.capture, "write what is played to this file")->type_name("FILE.wav");
    verb.add_option("--midi", words.line.midi, "write what the tracks play to this file, as notes")
        ->type_name("FILE.mid");
}

void refuse_unbuilt(const Words& words) {
    const std::pair<const char*, bool> unbuilt[] = {{"--sandbox", !words.sandbox.empty()},
                                                    {"--trace", !words.trace.empty()}};
    for (const auto& [name, given] : unbuilt) {
        if (given) {
            throw UsageError(fmt::format("{} is not built yet: leave it away", name));
        }
    }
}

/// CLI11's complaint as one sentence of ours.
std::string sentence_of(const CLI::ParseError& error, int argc, const char* const* argv) {
    const bool first_is_word = argc > 1 && argv[1][0] != '-';
    static constexpr const char* verbs[] = {"play", "render", "transform", "check"};
    if (first_is_word && std::find(std::begin(verbs), std::end(verbs), std::string(argv[1])) == std::end(verbs)) {
        return fmt::format("'{}' is not something to do: say play, render, transform or check ('outboard --help')",
                           argv[1]);
    }
    std::string text = error.what();
    if (const auto newline = text.find('\n'); newline != std::string::npos) {
        text.resize(newline);
    }
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
        const auto colon = text.rfind(": ");
        text = "not understood: " + (colon == std::string::npos ? text : text.substr(colon + 2));
    }
    while (text.ends_with('.') || text.ends_with(' ')) {
        text.pop_back();
    }
    const std::string verb = first_is_word ? std::string(" ") + argv[1] : "";
    return fmt::format("{}; 'outboard{} --help' lists what there is", text, verb);
}

void check_scripts(const std::vector<ScriptChoice>& scripts) {
    for (const ScriptChoice& script : scripts) {
        const auto alike = std::ranges::count(scripts, script.channel, &ScriptChoice::channel);
        if (static_cast<std::size_t>(alike) > scripting::max_scripts) {
            const auto where =
                script.channel ? fmt::format("channel {}", *script.channel) : std::string("all channels");
            throw UsageError(
                fmt::format("{} scripts are given for {}: a track takes {}", alike, where, scripting::max_scripts));
        }
    }
}

}  // namespace

scripting::SwapMoment parse_swap(const std::string& text) {
    if (const auto moment = scripting::swap_moment(text)) {
        return *moment;
    }
    throw UsageError(fmt::format("--swap takes block, beat or bar, not '{}'", text));
}

ScriptChoice parse_script_choice(const std::string& text) {
    ScriptChoice choice;
    const auto colon = text.find(':');
    const bool channel_given = colon != std::string::npos && colon > 0 &&
                               std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon),
                                           [](unsigned char c) { return std::isdigit(c) != 0 || c == '-'; });
    if (channel_given) {
        int channel = 0;
        if (!CLI::detail::lexical_cast(text.substr(0, colon), channel) || channel < 1 || channel > 16) {
            throw UsageError(fmt::format("there is no channel {}: '--script {}' takes 1 to 16 before the colon",
                                         text.substr(0, colon), text));
        }
        choice.channel = channel;
    }
    choice.script = channel_given ? text.substr(colon + 1) : text;
    if (choice.script.empty()) {
        throw UsageError(fmt::format("'--script {}' names no script: give a file or a factory script's name", text));
    }
    return choice;
}

std::pair<std::string, std::string> parse_setting(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
        throw UsageError(fmt::format("'--set {}' is not of the form NAME=VALUE, such as --set gate=0.8", text));
    }
    return {text.substr(0, equals), text.substr(equals + 1)};
}

std::optional<std::int64_t> parse_prewake(const std::string& text) {
    if (text == "auto") {
        return 0;
    }
    if (text == "off") {
        return std::nullopt;
    }
    int microseconds = 0;
    if (!CLI::detail::lexical_cast(text, microseconds) || microseconds < 1 || microseconds > 5000) {
        throw UsageError(fmt::format("--prewake takes auto, off or 1 to 5000 microseconds, not '{}'", text));
    }
    return microseconds * std::int64_t{1000};
}

CommandLine parse_command_line(int argc, const char* const* argv) {
    Words words;
    std::optional<double> deadline;
    CLI::App app{"An instrument host whose tracks are scripted in Python. Without a verb: the window."};
    app.name("outboard");
    app.require_subcommand(0, 1);
    app.set_version_flag("--version", "outboard " OUTBOARD_VERSION);
    app.footer("Play, render and transform work without a display. 'outboard VERB --help' lists a verb's options.");

    auto& play = *app.add_subcommand("play", "plays a song or session in real time, with its figures in the terminal");
    auto& render = *app.add_subcommand("render", "writes a song or session to a WAV file, as fast as it goes");
    auto& transform = *app.add_subcommand("transform", "sends a song's events through scripts into another MIDI file");
    auto& check = *app.add_subcommand("check", "says what this machine gives: devices, priorities, Python, sounds");

    play.add_option("song", words.line.input, "a .mid song or a session; nothing: the demo")->type_name("FILE");
    render.add_option("song", words.line.input, "a .mid song or a session")->type_name("FILE")->required();
    transform.add_option("song", words.line.input, "a .mid song")->type_name("IN.mid")->required();
    render.add_option("-o,--output", words.line.output, "the WAV file")->type_name("OUT.wav")->required();
    transform.add_option("-o,--output", words.line.output, "the MIDI file")->type_name("OUT.mid")->required();

    // The window takes what play takes: without a display it becomes play.
    for (CLI::App* verb : {&app, &play}) {
        add_scripts(*verb, words);
        add_engine(*verb, words, words.line.rate);
        add_sound(*verb, words);
        add_real_time(*verb, words, deadline);
    }
    for (CLI::App* verb : {&render, &transform}) {
        add_scripts(*verb, words);
        add_engine(*verb, words, words.line.rate);
    }
    for (CLI::App* verb : {&app, &play, &render, &transform}) {
        add_number<double>(*verb, "--tail", words.line.tail, 0, 3600, "seconds",
                           "how long it goes on after the last event (default: two bars)");
    }
    add_sound(render, words);
    render.add_option("--format", words.format, "of the samples: pcm16 or float32 (exact, and never clipped)");
    add_number<double>(render, "--seconds", words.line.seconds, 0.01, 1e6, "seconds", "stop after so many seconds");

    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        words.line.help = app.help();
    } catch (const CLI::CallForVersion&) {
        words.line.help = "outboard " OUTBOARD_VERSION "\n";
    } catch (const CLI::ParseError& error) {
        throw UsageError(sentence_of(error, argc, argv));
    }
    refuse_unbuilt(words);

    auto& line = words.line;
    line.verb = play.parsed()        ? Verb::play
                : render.parsed()    ? Verb::render
                : transform.parsed() ? Verb::transform
                : check.parsed()     ? Verb::check
                                     : Verb::window;
    for (const auto& text : words.scripts) {
        line.scripts.push_back(parse_script_choice(text));
    }
    check_scripts(line.scripts);
    for (const auto& text : words.settings) {
        line.settings.push_back(parse_setting(text));
    }
    if (line.transport != "shm" && line.transport != "pipe") {
        throw UsageError(fmt::format("--transport takes shm or pipe, not '{}'", line.transport));
    }
    if (words.latency != "sync" && words.latency != "pipelined") {
        throw UsageError(fmt::format("--latency takes sync or pipelined, not '{}'", words.latency));
    }
    if (words.format != "pcm16" && words.format != "float32") {
        throw UsageError(fmt::format("--format takes pcm16 or float32, not '{}'", words.format));
    }
    line.float_samples = words.format == "float32";
    line.prewake_guard_ns = parse_prewake(words.prewake);
    if (!words.swap.empty()) {
        line.swap = parse_swap(words.swap);
    }
    line.pipelined = words.latency == "pipelined";
    line.deadline = deadline.value_or(line.deadline);
    return std::move(words.line);
}

}  // namespace outboard::app
