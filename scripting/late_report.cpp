#include "scripting/late_report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <utility>

#include "scripting/link.h"

namespace outboard::scripting {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t between_lines_ns = 1'000 * ms;
constexpr std::int64_t may_hang_ns = 300 * ms;  ///< long before the watchdog asks for last words

std::string milliseconds(std::int64_t ns) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f ms", static_cast<double>(ns) * 1e-6);
    return text.data();
}

}  // namespace

std::optional<Message> LateReport::look(Link& link, std::int64_t now_ns) {
    Watched& watched = link.watched;
    const std::int64_t oldest = watched.oldest_call_ns.load(std::memory_order_acquire);
    if (watched.late_since_ns.load(std::memory_order_acquire) != 0 || (oldest != 0 && now_ns - oldest > may_hang_ns)) {
        return std::nullopt;
    }
    const std::int64_t asked = watched.asked_late_ns.load(std::memory_order_acquire);
    if (std::exchange(asked_ns_, asked) != asked) {
        place_ = link.last_place();
    }
    const std::uint64_t count = watched.latenesses.load(std::memory_order_acquire) - told_;
    if (count == 0 || (told_ns_ != 0 && now_ns - told_ns_ < between_lines_ns)) {
        return std::nullopt;
    }
    told_ += count;
    told_ns_ = now_ns;
    const Place place = std::exchange(place_, {});
    const bool own = std::ranges::find(link.options.scripts, place.file) != link.options.scripts.end();
    const std::string longest = milliseconds(watched.late_worst_ns.exchange(0, std::memory_order_relaxed));
    Message message;
    message.type = Message::Type::warning;
    message.file = own ? place.file : link.options.scripts.front();
    message.line = own ? place.line : 0;
    message.time = watched.late_sample.load(std::memory_order_relaxed);
    message.text =
        count == 1 ? "late by " + longest : "late " + std::to_string(count) + " times, by " + longest + " at most";
    if (place.line > 0) {
        message.text += ": when its time was up it was at " + place.sentence();
    }
    return message;
}

}  // namespace outboard::scripting
