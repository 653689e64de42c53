#include "app/preset_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

#include "app/parameter_values.h"
#include "app/text_file.h"

namespace outboard::app {
namespace {

using Json = nlohmann::ordered_json;
constexpr int preset_version = 1;

}  // namespace

scripting::ParameterValues read_preset(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream || !std::filesystem::is_regular_file(path)) {
        throw std::runtime_error(fmt::format("the preset '{}' cannot be read: is the path right?", path));
    }
    audio::TrackSettings values;
    try {
        const Json json = Json::parse(std::string(std::istreambuf_iterator<char>(stream), {}));
        const auto version = json.is_object() ? json.find("outboard_preset") : json.end();
        if (!json.is_object() || version == json.end() || !version->is_number_integer()) {
            throw std::invalid_argument("the key \"outboard_preset\"");
        }
        if (version->get<std::int64_t>() > preset_version) {
            throw std::runtime_error(
                fmt::format("the preset '{}' was written by a newer Outboard: update Outboard to open it", path));
        }
        read_parameters(json.value("parameters", Json::object()), values);
    } catch (const Json::exception&) {
        throw std::runtime_error(
            fmt::format("the preset '{}' is damaged: it is not the JSON that Outboard writes", path));
    } catch (const std::invalid_argument& expected) {
        throw std::runtime_error(fmt::format("the preset '{}' is damaged: expected {}", path, expected.what()));
    }
    scripting::ParameterValues all(values.parameters.begin(), values.parameters.end());
    all.insert(all.end(), values.texts.begin(), values.texts.end());
    return all;
}

void write_preset(const std::string& path, const std::string& script, const scripting::ParameterValues& values) {
    audio::TrackSettings settings;
    for (const auto& [id, value] : values) {
        if (const double* number = std::get_if<double>(&value)) {
            settings.parameters[id] = *number;
        } else {
            settings.texts[id] = std::get<std::string>(value);
        }
    }
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    Json json;
    json["outboard_preset"] = preset_version;
    json["script"] = script;
    json["parameters"] = write_parameters(settings);
    write_text_file(path, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace outboard::app
