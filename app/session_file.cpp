#include "app/session_file.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/parameter_values.h"
#include "app/text_file.h"

namespace outboard::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* factory_prefix = "factory:";

// ---- reading: every value is asked for by name, with its range, and what nobody asked for is reported --------------

/// One JSON object and where it stands in the file ("tracks[2].").
class Reader {
public:
    Reader(const std::string& file, const Json& object, std::string where, std::vector<std::string>& notices)
        : file_(file), object_(object), where_(std::move(where)), notices_(notices) {
        if (!object.is_object()) {
            fail("", "an object in braces");
        }
    }

    void number(const char* key, double low, double high, double& target) {
        if (const auto* value = find(key)) {
            if (!value->is_number() || !(value->get<double>() >= low && value->get<double>() <= high)) {
                fail(key, fmt::format("a number from {} to {}", low, high));
            }
            target = value->get<double>();
        }
    }
    template <typename Integer>
    void integer(const char* key, std::int64_t low, std::int64_t high, Integer& target) {
        if (const auto* value = find(key)) {
            if (!value->is_number_integer() || value->get<std::int64_t>() < low || value->get<std::int64_t>() > high) {
                fail(key, fmt::format("a whole number from {} to {}", low, high));
            }
            target = static_cast<Integer>(value->get<std::int64_t>());
        }
    }
    void flag(const char* key, bool& target) {
        if (const auto* value = find(key)) {
            if (!value->is_boolean()) {
                fail(key, "true or false");
            }
            target = value->get<bool>();
        }
    }
    void text(const char* key, std::string& target) {
        if (const auto* value = find(key)) {
            if (!value->is_string()) {
                fail(key, "a text in quotes");
            }
            target = value->get<std::string>();
        }
    }
    /// The value under `key` if it is there; null counts as not there.
    const Json* find(const char* key) {
        known_.insert(key);
        const auto found = object_.find(key);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }
    [[noreturn]] void fail(const std::string& key, const std::string& expected) const {
        throw std::runtime_error(fmt::format("the session '{}' is damaged: {} should be {}", file_,
                                             key.empty() && where_.empty() ? "its content" : where_ + key, expected));
    }
    void report_unknown() const {
        for (const auto& [key, value] : object_.items()) {
            if (!known_.contains(key)) {
                notices_.push_back(fmt::format("'{}{}' in '{}' is not known and was left out", where_, key, file_));
            }
        }
    }
    [[nodiscard]] const std::string& where() const { return where_; }

private:
    const std::string& file_;
    const Json& object_;
    std::string where_;
    std::vector<std::string>& notices_;
    std::set<std::string> known_;
};

std::string absolute_path(const std::string& text, const fs::path& folder) {
    return text.empty() ? text : (folder / text).lexically_normal().string();
}

std::uint16_t read_channels(Reader& reader) {
    const auto* list = reader.find("channels");
    if (list == nullptr) {
        return 0xFFFF;
    }
    std::uint16_t channels = 0;
    if (!list->is_array()) {
        reader.fail("channels", "a list of channels from 1 to 16");
    }
    for (const auto& channel : *list) {
        if (!channel.is_number_integer() || channel.get<std::int64_t>() < 1 || channel.get<std::int64_t>() > 16) {
            reader.fail("channels", "a list of channels from 1 to 16");
        }
        channels = static_cast<std::uint16_t>(channels | (1U << (channel.get<int>() - 1)));
    }
    return channels;
}

void read_learned(Reader& reader, const Json& learned, audio::TrackSettings& track) {
    constexpr const char* expected = "names, each with {\"channel\": 1..16, \"controller\": 0..127}, in braces";
    if (!learned.is_object()) {
        reader.fail("midi_learn", expected);
    }
    for (const auto& [id, place] : learned.items()) {
        const auto part = [&, &name = id, &from = place](const char* key, int low, int high) {
            const auto found = from.is_object() ? from.find(key) : from.end();
            if (!from.is_object() || found == from.end() || !found->is_number_integer() ||
                found->template get<std::int64_t>() < low || found->template get<std::int64_t>() > high) {
                reader.fail("midi_learn." + name, expected);
            }
            return found->template get<int>();
        };
        track.learned.push_back({static_cast<std::uint8_t>(part("channel", 1, 16) - 1),
                                 static_cast<std::uint8_t>(part("controller", 0, 127)), id});
    }
}

std::string script_path(const std::string& text, const fs::path& folder, const std::string& factory) {
    if (text.starts_with(factory_prefix)) {
        return (fs::path(factory) / (text.substr(std::string(factory_prefix).size()) + ".py")).string();
    }
    return absolute_path(text, folder);
}

/// A file, or a list of them, each as it is or as {"file": …, "bypassed": true}.
void read_scripts(Reader& reader, const fs::path& folder, const std::string& factory, audio::TrackSettings& track) {
    constexpr const char* expected =
        "a file in quotes, or a list of 1 to 32 of them, each in quotes or {\"file\": \"…\", \"bypassed\": true}";
    const Json* given = reader.find("script");
    if (given == nullptr) {
        return;
    }
    const Json list = given->is_array() ? *given : Json::array({*given});
    scripting::Scripts scripts;
    for (const Json& one : list) {
        const Json file = one.is_object() ? one.value("file", Json()) : one;
        const Json bypassed = one.is_object() ? one.value("bypassed", Json(false)) : Json(false);
        if (!file.is_string() || !bypassed.is_boolean() || scripts.size() == scripting::max_scripts ||
            (given->is_array() && file.get<std::string>().empty())) {
            reader.fail("script", expected);
        }
        track.left_out |= (bypassed.get<bool>() ? std::uint32_t{1} : 0) << scripts.size();
        scripts.push_back(script_path(file.get<std::string>(), folder, factory));
    }
    track.set_scripts(scripts);
}

void read_script(Reader& reader, const fs::path& folder, const std::string& factory, audio::TrackSettings& track) {
    read_scripts(reader, folder, factory, track);
    reader.flag("bypassed", track.bypassed);
    if (const auto* values = reader.find("parameters")) {
        try {
            read_parameters(*values, track);
        } catch (const std::invalid_argument& wrong) {
            reader.fail("parameters", wrong.what());
        }
    }
    if (const auto* learned = reader.find("midi_learn")) {
        read_learned(reader, *learned, track);
    }
    if (const auto* kept = reader.find("kept")) {
        if (!kept->is_object()) {
            reader.fail("kept", "what the script keeps, in braces");
        }
        track.kept = kept->dump();
    }
}

audio::TrackSettings read_track(Reader& reader, const fs::path& folder, const std::string& factory) {
    audio::TrackSettings track;
    reader.text("name", track.name);
    if (const auto* colour = reader.find("colour")) {
        const auto text = colour->is_string() ? colour->get<std::string>() : std::string();
        if (text.size() != 7 || text[0] != '#' ||
            text.find_first_not_of("0123456789abcdefABCDEF", 1) != std::string::npos) {
            reader.fail("colour", "a colour such as \"#B56576\"");
        }
        track.colour = static_cast<std::uint32_t>(std::stoul(text.substr(1), nullptr, 16));
    }
    int port = 0, bank = 0, program = 0;
    reader.integer("port", 0, 255, port);
    reader.integer("bank", 0, 16383, bank);
    reader.integer("program", 0, 127, program);
    track.port = reader.find("port") != nullptr ? std::optional(port) : std::nullopt;
    track.bank = reader.find("bank") != nullptr ? std::optional(bank) : std::nullopt;
    track.program = reader.find("program") != nullptr ? std::optional(program) : std::nullopt;
    track.channels = read_channels(reader);
    reader.flag("from_song", track.from_song);
    reader.flag("from_keyboard", track.from_keyboard);
    read_script(reader, folder, factory, track);
    reader.text("soundfont", track.soundfont);
    track.soundfont = absolute_path(track.soundfont, folder);
    reader.text("midi_output", track.midi_output);
    reader.number("gain_db", -120, 24, track.gain_db);
    reader.number("pan", -1, 1, track.pan);
    reader.number("send", 0, 1, track.send);
    reader.flag("mute", track.mute);
    reader.flag("solo", track.solo);
    reader.report_unknown();
    return track;
}

Json parse(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream || !std::filesystem::is_regular_file(path)) {
        throw std::runtime_error(fmt::format("the session '{}' cannot be read: is the path right?", path));
    }
    const std::string bytes(std::istreambuf_iterator<char>(stream), {});
    try {
        return Json::parse(bytes);
    } catch (const Json::parse_error& error) {
        const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, bytes.size()));
        throw std::runtime_error(
            fmt::format("the session '{}' is damaged at line {}: it is not the JSON that Outboard "
                        "writes; take a copy that you have kept",
                        path, 1 + std::count(bytes.begin(), end, '\n')));
    }
}

// ---- writing -------------------------------------------------------------------------------------------------------

std::string portable_path(const std::string& text, const fs::path& folder) {
    if (text.empty()) {
        return text;
    }
    const auto full = fs::absolute(text).lexically_normal();
    const auto relative = full.lexically_relative(folder);
    return relative.empty() || *relative.begin() == ".." ? full.string() : relative.string();
}

std::string portable_script(const std::string& script, const fs::path& folder, const std::string& factory) {
    if (script.empty()) {
        return script;
    }
    const fs::path full = fs::absolute(script).lexically_normal();
    if (!factory.empty() && full.parent_path() == fs::absolute(factory).lexically_normal() &&
        full.extension() == ".py") {
        return factory_prefix + full.stem().string();
    }
    return portable_path(script, folder);
}

/// One script without a bypass of its own is written as its file: so does every version read it.
Json write_scripts(const audio::TrackSettings& track, const fs::path& folder, const std::string& factory) {
    const scripting::Scripts scripts = track.scripts();
    if (scripts.size() <= 1 && track.left_out == 0) {
        return portable_script(track.script, folder, factory);
    }
    Json list = Json::array();
    for (std::size_t place = 0; place < scripts.size(); ++place) {
        const std::string file = portable_script(scripts[place], folder, factory);
        if ((track.left_out >> place & 1) != 0) {
            list.push_back({{"file", file}, {"bypassed", true}});
        } else {
            list.push_back(file);
        }
    }
    return list;
}

/// A finite number; JSON has no other.
double finite(double value) {
    return std::isfinite(value) ? value : 0.0;
}

Json write_track(const audio::TrackSettings& track, const fs::path& folder, const std::string& factory) {
    Json json;
    json["name"] = track.name;
    json["colour"] = fmt::format("#{:06X}", track.colour & 0xFFFFFF);
    if (track.port) {
        json["port"] = *track.port;
    }
    if (track.channels != 0xFFFF) {
        json["channels"] = Json::array();
        for (int channel = 1; channel <= 16; ++channel) {
            if ((track.channels >> (channel - 1) & 1) != 0) {
                json["channels"].push_back(channel);
            }
        }
    }
    json["from_song"] = track.from_song;
    json["from_keyboard"] = track.from_keyboard;
    json["script"] = write_scripts(track, folder, factory);
    json["bypassed"] = track.bypassed;
    json["parameters"] = write_parameters(track);
    for (const scripting::Learned& learned : track.learned) {
        json["midi_learn"][learned.id] = {{"channel", learned.channel + 1}, {"controller", learned.controller}};
    }
    if (!track.kept.empty()) {
        json["kept"] = Json::parse(track.kept);
    }
    json["soundfont"] = portable_path(track.soundfont, folder);
    if (track.bank) {
        json["bank"] = *track.bank;
    }
    if (track.program) {
        json["program"] = *track.program;
    }
    json["midi_output"] = track.midi_output;
    json["gain_db"] = finite(track.gain_db);
    json["pan"] = finite(track.pan);
    json["send"] = finite(track.send);
    json["mute"] = track.mute;
    json["solo"] = track.solo;
    return json;
}

}  // namespace

LoadedSession load_session(const std::string& path, const std::string& factory_folder) {
    const Json json = parse(path);
    LoadedSession loaded;
    auto& session = loaded.session;
    const auto folder = fs::absolute(path).parent_path();
    Reader reader(path, json, "", loaded.notices);

    int version = 0;
    reader.integer("outboard_session", 1, std::numeric_limits<int>::max(), version);
    if (version == 0) {
        throw std::runtime_error(
            fmt::format("'{}' is not a session of Outboard: its key \"outboard_session\" is missing", path));
    }
    if (version > session_version) {
        throw std::runtime_error(
            fmt::format("the session '{}' was written by a newer Outboard (version {} of the format,"
                        " this one reads {}): update Outboard to open it",
                        path, version, session_version));
    }
    reader.text("song", session.song);
    reader.text("soundfont", session.soundfont);
    session.song = absolute_path(session.song, folder);
    session.soundfont = absolute_path(session.soundfont, folder);
    reader.number("master_db", -120, 24, session.master_db);
    reader.flag("loop", session.loop);
    if (const auto* moment = reader.find("swap")) {
        const auto known = moment->is_string() ? scripting::swap_moment(moment->get<std::string>()) : std::nullopt;
        if (!known) {
            reader.fail("swap", "\"block\", \"beat\" or \"bar\"");
        }
        session.swap = *known;
    }
    if (const auto* device = reader.find("device")) {
        Reader part(path, *device, "device.", loaded.notices);
        part.text("name", session.device.name);
        part.number("rate", 8000, 96000, session.device.rate);
        part.integer("frames", 0, 8192, session.device.frames);
        part.report_unknown();
    }
    if (const auto* inputs = reader.find("midi_inputs")) {
        if (!inputs->is_array() ||
            !std::all_of(inputs->begin(), inputs->end(), [](const Json& name) { return name.is_string(); })) {
            reader.fail("midi_inputs", "a list of names");
        }
        session.midi_inputs = inputs->get<std::vector<std::string>>();
    }
    if (const auto* tracks = reader.find("tracks")) {
        if (!tracks->is_array()) {
            reader.fail("tracks", "a list in brackets");
        }
        for (std::size_t i = 0; i < tracks->size(); ++i) {
            Reader part(path, (*tracks)[i], fmt::format("tracks[{}].", i), loaded.notices);
            session.tracks.push_back(read_track(part, folder, factory_folder));
        }
    }
    reader.report_unknown();
    return loaded;
}

void save_session(const std::string& path, const audio::Session& session, const std::string& factory_folder) {
    const auto folder = fs::absolute(path).lexically_normal().parent_path();
    Json json;
    json["outboard_session"] = session_version;
    json["song"] = portable_path(session.song, folder);
    json["soundfont"] = portable_path(session.soundfont, folder);
    json["master_db"] = finite(session.master_db);
    json["loop"] = session.loop;
    json["swap"] = scripting::to_string(session.swap);
    json["device"] = {
        {"name", session.device.name}, {"rate", finite(session.device.rate)}, {"frames", session.device.frames}};
    json["midi_inputs"] = session.midi_inputs;
    json["tracks"] = Json::array();
    for (const auto& track : session.tracks) {
        json["tracks"].push_back(write_track(track, folder, factory_folder));
    }
    write_text_file(path, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace outboard::app
