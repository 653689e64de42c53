#include "app/parameter_words.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/command_line.h"

namespace outboard::app {
namespace {

using scripting::Parameter;
using Type = Parameter::Type;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// As the window shows it: a share of "%" is a hundredth.
std::optional<double> number_of(const Parameter& parameter, std::string_view text) {
    text = trimmed(text);
    double scale = 1;
    if (!parameter.unit.empty() && text.ends_with(parameter.unit)) {
        text = trimmed(text.substr(0, text.size() - parameter.unit.size()));
        scale = parameter.unit == "%" && parameter.maximum <= 1 ? 100 : 1;
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value / scale) : std::nullopt;
}

double number_value(const Parameter& parameter, const std::string& text) {
    const std::optional<double> value = number_of(parameter, text);
    const double steps = value && parameter.step > 0 ? (*value - parameter.minimum) / parameter.step : 0;
    if (!value || !(*value >= parameter.minimum && *value <= parameter.maximum) ||
        std::abs(steps - std::round(steps)) > 1e-6) {
        const std::string in_steps = parameter.step > 0 ? fmt::format(" in steps of {}", parameter.step) : "";
        throw UsageError(fmt::format("{} takes a number from {} to {}{}, not '{}'", parameter.id, parameter.minimum,
                                     parameter.maximum, in_steps, text));
    }
    return *value;
}

double toggle_value(const Parameter& parameter, const std::string& text) {
    const auto word = lower(text);
    if (word == "on" || word == "true" || word == "1") {
        return 1;
    }
    if (word == "off" || word == "false" || word == "0") {
        return 0;
    }
    throw UsageError(fmt::format("{} is on or off, not '{}'", parameter.id, text));
}

double menu_value(const Parameter& parameter, const std::string& text) {
    for (std::size_t i = 0; i < parameter.choices.size(); ++i) {
        if (lower(parameter.choices[i]) == lower(text)) {
            return static_cast<double>(i);
        }
    }
    throw UsageError(
        fmt::format("{} has no choice '{}': there are {}", parameter.id, text, fmt::join(parameter.choices, ", ")));
}

std::string file_path(const Parameter& parameter, const std::string& text) {
    if (text.empty()) {
        return {};
    }
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(text, ignored)) {
        throw UsageError(fmt::format("{} takes a file, and there is none at '{}'", parameter.id, text));
    }
    const auto ending = lower(std::filesystem::path(text).extension().string());
    if (!parameter.choices.empty() && std::ranges::find(parameter.choices, ending) == parameter.choices.end()) {
        throw UsageError(
            fmt::format("{} takes files of {}, not '{}'", parameter.id, fmt::join(parameter.choices, ", "), text));
    }
    return std::filesystem::absolute(text).lexically_normal().string();
}

/// "[1, 0, 0.5]" or "(0.2, 0.8)", the brackets left out or not.
std::vector<std::string> list_of(std::string_view text) {
    text = trimmed(text);
    if (text.size() >= 2 &&
        ((text.front() == '[' && text.back() == ']') || (text.front() == '(' && text.back() == ')'))) {
        text = text.substr(1, text.size() - 2);
    }
    std::vector<std::string> words{""};
    for (const char c : text) {
        c == ',' ? static_cast<void>(words.emplace_back()) : words.back().push_back(c);
    }
    return words;
}

}  // namespace

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

double parameter_value(const Parameter& parameter, const std::string& text) {
    switch (parameter.type) {
        case Type::menu:
            return menu_value(parameter, text);
        case Type::toggle:
            return toggle_value(parameter, text);
        case Type::button:
        case Type::label:
        case Type::meter:
            throw UsageError(fmt::format("{} cannot be set: it is a {}", parameter.id,
                                         parameter.type == Type::button  ? "button, to press in the window"
                                         : parameter.type == Type::label ? "label, which the script writes"
                                                                         : "meter, which the script moves"));
        default:
            return number_value(parameter, text);
    }
}

scripting::ParameterValues parameter_values(std::span<const Parameter> control, const std::string& text) {
    const Parameter& first = control.front();
    if (first.type == Type::file) {
        return {{first.id, file_path(first, text)}};
    }
    if (first.owner.empty() || control.size() == 1) {
        return {{first.id, parameter_value(first, text)}};
    }
    const std::vector<std::string> words = list_of(text);
    if (words.size() != control.size()) {
        throw UsageError(
            fmt::format("{} takes {} numbers with commas between them, not '{}'", first.owner, control.size(), text));
    }
    scripting::ParameterValues values;
    for (std::size_t i = 0; i < words.size(); ++i) {
        values.emplace_back(control[i].id, number_value(control[i], words[i]));
    }
    return values;
}

}  // namespace outboard::app
