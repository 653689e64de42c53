#include "audio/chain_edit.h"

#include <charconv>
#include <cstddef>
#include <optional>

namespace outboard::audio {
namespace {

/// "2.rate" is "rate" of place 1.
std::size_t place_of(const std::string& id, std::string& own) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (error != std::errc() || number < 2 || end == id.data() + id.size() || *end != '.') {
        own = id;
        return 0;
    }
    own = std::string(end + 1, id.data() + id.size());
    return number - 1;
}

std::string id_at(std::size_t place, const std::string& own) {
    return place == 0 ? own : std::to_string(place + 1) + "." + own;
}

/// Where each of the scripts before stands now. The same file twice keeps its order.
std::vector<std::optional<std::size_t>> moves(const scripting::Scripts& before, const scripting::Scripts& now) {
    std::vector<std::optional<std::size_t>> to(before.size());
    std::vector<bool> taken(now.size());
    for (std::size_t from = 0; from < before.size(); ++from) {
        for (std::size_t place = 0; place < now.size() && !to[from]; ++place) {
            if (!taken[place] && now[place] == before[from]) {
                to[from] = place;
                taken[place] = true;
            }
        }
    }
    return to;
}

std::optional<std::string> moved(const std::string& id, const std::vector<std::optional<std::size_t>>& to) {
    std::string own;
    const std::size_t place = place_of(id, own);
    if (place >= to.size() || !to[place]) {
        return std::nullopt;
    }
    return id_at(*to[place], own);
}

template <typename Values>
Values moved_values(const Values& values, const std::vector<std::optional<std::size_t>>& to) {
    Values all;
    for (const auto& [id, value] : values) {
        if (const auto there = moved(id, to)) {
            all[*there] = value;
        }
    }
    return all;
}

}  // namespace

void rearrange(TrackSettings& settings, const scripting::Scripts& scripts) {
    const scripting::Scripts before = settings.scripts();
    settings.set_scripts(scripts);
    if (before == scripts) {
        return;
    }
    if (before.size() <= 1 && scripts.size() <= 1) {  // another script in the place of one takes the values it knows
        settings.left_out = 0;
        return;
    }
    const auto to = moves(before, scripts);
    settings.parameters = moved_values(settings.parameters, to);
    settings.texts = moved_values(settings.texts, to);
    std::vector<scripting::Learned> learned;
    for (scripting::Learned one : settings.learned) {
        if (const auto there = moved(one.id, to)) {
            one.id = *there;
            learned.push_back(std::move(one));
        }
    }
    settings.learned = std::move(learned);
    std::uint32_t left_out = 0;
    for (std::size_t from = 0; from < to.size(); ++from) {
        if (to[from] && (settings.left_out >> from & 1) != 0) {
            left_out |= std::uint32_t{1} << *to[from];
        }
    }
    settings.left_out = left_out;
}

}  // namespace outboard::audio
