// CommandLine: what a user typed, checked as far as it can be without opening a file.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "scripting/script_slot.h"

namespace outboard::app {

/// Wrong usage: exit code 2. Everything else that fails is a std::runtime_error: exit code 1.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

enum class Verb : std::uint8_t { window, play, render, transform, check };

/// One --script: a file or a factory script's name, for one channel or for all. Several for the same are a chain.
struct ScriptChoice {
    std::optional<int> channel;  ///< 1..16; nothing: all that have no script of their own
    std::string script;
};

struct CommandLine {
    Verb verb = Verb::window;
    std::string input;   ///< song or session; empty: the demo session
    std::string output;  ///< render and transform
    std::vector<ScriptChoice> scripts;
    std::vector<std::pair<std::string, std::string>> settings;  ///< --set NAME=VALUE
    std::string soundfont;
    std::optional<std::string> device;
    std::optional<std::uint32_t> frames;
    std::optional<double> rate;
    std::optional<double> seconds;
    std::string transport = "shm";
    bool pipelined = false;
    std::optional<std::int64_t> prewake_guard_ns = 0;  ///< nothing: off; 0: learned
    double deadline = 0.5;                             ///< share of a block
    std::optional<scripting::SwapMoment> swap;         ///< nothing: as the session says
    std::string stats, capture, midi;
    bool float_samples = false;  ///< render: 32-bit float instead of 16-bit whole numbers
    std::optional<double> tail;  ///< seconds; nothing: two bars
    std::uint64_t seed = 0;
    std::string help;  ///< not empty: print this and leave
};

/// Throws UsageError with one sentence.
[[nodiscard]] CommandLine parse_command_line(int argc, const char* const* argv);

/// "3:S.py" or "S.py". Throws UsageError.
[[nodiscard]] ScriptChoice parse_script_choice(const std::string& text);
/// "NAME=VALUE". Throws UsageError.
[[nodiscard]] std::pair<std::string, std::string> parse_setting(const std::string& text);
/// "auto", "off" or microseconds, as nanoseconds (0: auto; nothing: off). Throws UsageError.
[[nodiscard]] std::optional<std::int64_t> parse_prewake(const std::string& text);
/// "block", "beat" or "bar". Throws UsageError.
[[nodiscard]] scripting::SwapMoment parse_swap(const std::string& text);

}  // namespace outboard::app
