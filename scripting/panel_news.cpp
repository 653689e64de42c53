#include "scripting/panel_news.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace outboard::scripting {
namespace {

using nlohmann::json;

constexpr std::size_t most_text = 4096;

bool read_index(const std::string& text, std::uint32_t& index) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    return error == std::errc() && end == text.data() + text.size();
}

KeyMark mark_from(const json& from) {
    KeyMark mark;
    const auto key = from.at(0).get<std::int64_t>();
    const auto kind = from.at(3).get<std::string>();
    mark.key = static_cast<std::uint8_t>(std::clamp<std::int64_t>(key, 0, 127));
    mark.colour = from.at(1).get<std::string>().substr(0, 16);
    mark.label = from.at(2).get<std::string>().substr(0, 64);
    mark.kind = kind == "control" ? KeyMark::Kind::control : kind == "off" ? KeyMark::Kind::off : KeyMark::Kind::note;
    return mark;
}

}  // namespace

std::optional<PanelNews> read_panel_news(const std::string& text) {
    try {
        const json from = json::parse(text);
        PanelNews news;
        news.heard = from.at("heard").get<std::uint64_t>();
        std::uint32_t index = 0;
        const json values = from.value("values", json::object()), texts = from.value("texts", json::object());
        if (!values.is_object() || !texts.is_object()) {
            return std::nullopt;
        }
        for (const auto& [key, value] : values.items()) {
            if (!read_index(key, index) || !std::isfinite(value.get<double>())) {
                return std::nullopt;
            }
            news.values.emplace_back(index, value.get<double>());
        }
        for (const auto& [key, value] : texts.items()) {
            if (!read_index(key, index)) {
                return std::nullopt;
            }
            news.texts.emplace_back(index, value.get<std::string>().substr(0, most_text));
        }
        if (const auto keys = from.find("keyboard"); keys != from.end()) {
            news.keys.emplace();
            for (const json& key : *keys) {
                if (news.keys->size() == 128) {
                    return std::nullopt;
                }
                news.keys->push_back(mark_from(key));
            }
        }
        if (const auto watched = from.find("watched"); watched != from.end()) {
            for (const json& value : *watched) {
                if (news.watched.size() == most_watched) {
                    return std::nullopt;
                }
                news.watched.push_back({.name = value.at(0).get<std::string>().substr(0, most_watched_name),
                                        .text = value.at(1).get<std::string>().substr(0, most_watched_text)});
            }
        }
        if (const auto given_up = from.find("given_up"); given_up != from.end()) {
            news.given_up =
                given_up->is_boolean() ? std::uint32_t{given_up->get<bool>()} : given_up->get<std::uint32_t>();
        }
        return news;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

}  // namespace outboard::scripting
