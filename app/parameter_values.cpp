#include "app/parameter_values.h"

#include <charconv>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace outboard::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_cells = 1024;

/// "steps[3]" is value 3 of "steps".
bool split_cell(const std::string& id, std::string& owner, std::size_t& cell) {
    const std::size_t open = id.rfind('[');
    if (open == std::string::npos || id.back() != ']') {
        return false;
    }
    const char* const last = id.data() + id.size() - 1;
    const auto [end, error] = std::from_chars(id.data() + open + 1, last, cell);
    owner = id.substr(0, open);
    return error == std::errc() && end == last && cell < most_cells;
}

}  // namespace

void read_parameters(const Json& values, audio::TrackSettings& track) {
    if (!values.is_object()) {
        throw std::invalid_argument("names and values in braces");
    }
    for (const auto& [id, value] : values.items()) {
        if (value.is_number()) {
            track.parameters[id] = value.get<double>();
        } else if (value.is_string()) {
            track.texts[id] = value.get<std::string>();
        } else if (value.is_array() && value.size() <= most_cells) {
            std::size_t cell = 0;
            for (const Json& number : value) {
                const std::string place = fmt::format("{}[{}]", id, cell++);
                if (number.is_number()) {
                    track.parameters[place] = number.get<double>();
                } else if (!number.is_null()) {
                    throw std::invalid_argument(fmt::format("numbers only, and {} is none", place));
                }
            }
        } else {
            throw std::invalid_argument(fmt::format("numbers, texts and lists of numbers, and '{}' is none", id));
        }
    }
}

Json write_parameters(const audio::TrackSettings& track) {
    Json json = Json::object();
    std::string owner;
    std::size_t cell = 0;
    for (const auto& [id, value] : track.parameters) {
        const Json number = std::isfinite(value) ? Json(value) : Json(0.0);
        if (split_cell(id, owner, cell)) {
            Json& list = json[owner];  // what is not known of the list stays null
            if (list.is_null()) {
                list = Json::array();
            }
            while (list.size() <= cell) {
                list.push_back(nullptr);
            }
            list[cell] = number;
        } else {
            json[id] = number;
        }
    }
    for (const auto& [id, text] : track.texts) {
        json[id] = text;
    }
    return json;
}

}  // namespace outboard::app
