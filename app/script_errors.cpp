#include "app/script_errors.h"

#include <filesystem>

#include <fmt/format.h>

namespace outboard::app {

std::string one_sentence(const std::string& text) {
    const auto last = text.find_last_not_of(" \r\n");
    if (last == std::string::npos) {
        return text;
    }
    const auto whole = text.substr(0, last + 1);
    if (whole.find("Traceback (most recent call last)") != std::string::npos) {
        return whole.substr(whole.rfind('\n') + 1);
    }
    return whole.substr(0, whole.find('\n'));
}

std::string message_line(const scripting::Message& message, double sample_rate) {
    static constexpr const char* words[] = {"", "debug: ", "", "warning: ", "error: ", ""};
    const auto type = static_cast<std::size_t>(message.type);
    const auto seconds = static_cast<double>(message.time) / sample_rate;
    std::string place;
    if (!message.file.empty()) {
        place = std::filesystem::path(message.file).filename().string();
        place += message.line > 0 ? fmt::format(":{}: ", message.line) : ": ";
    }
    return fmt::format("{:8.2f} s  {}{}{}", seconds, place, words[type], message.text);
}

}  // namespace outboard::app
