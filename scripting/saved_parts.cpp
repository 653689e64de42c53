#include "scripting/saved_parts.h"

#include <nlohmann/json.hpp>

namespace outboard::scripting {
namespace {

using nlohmann::json;

constexpr const char* others = "chain";  ///< in the first script's text; `_chain_saved.py` has the same

}  // namespace

std::vector<std::string> saved_parts(const std::string& saved, std::size_t scripts) {
    std::vector<std::string> parts(scripts);
    json whole = json::parse(saved, nullptr, false);
    if (scripts <= 1 || !whole.is_object()) {
        if (scripts > 0) {
            parts.front() = saved;
        }
        return parts;
    }
    const json rest = whole.value(others, json::object());
    whole.erase(others);
    parts.front() = whole.dump();
    for (std::size_t place = 1; place < scripts; ++place) {
        const auto found = rest.find(std::to_string(place + 1));
        parts[place] = found != rest.end() ? found->dump() : std::string();
    }
    return parts;
}

std::string joined_saved(const std::vector<std::string>& parts) {
    if (parts.size() <= 1) {
        return parts.empty() ? std::string() : parts.front();
    }
    json whole = json::object();
    json rest = json::object();
    for (std::size_t place = 0; place < parts.size(); ++place) {
        json part = json::parse(parts[place], nullptr, false);
        if (part.is_object()) {
            place == 0 ? whole = std::move(part) : rest[std::to_string(place + 1)] = std::move(part);
        }
    }
    if (!rest.empty()) {
        whole[others] = rest;
    }
    return whole.empty() ? std::string() : whole.dump();
}

std::string names_of(const Scripts& scripts) {
    std::string names;
    for (const std::string& script : scripts) {
        names += (names.empty() ? "" : ", ") + script.substr(script.rfind('/') + 1);
    }
    return names;
}

}  // namespace outboard::scripting
