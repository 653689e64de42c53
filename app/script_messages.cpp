#include "app/script_messages.h"

#include <filesystem>

#include <fmt/format.h>

namespace outboard::app {

std::string message_line(const scripting::Message& message, double sample_rate) {
    static constexpr const char* words[] = {"", "debug: ", "", "warning: ", "error: ", "", ""};
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
