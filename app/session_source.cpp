#include "app/session_source.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "app/parameter_choice.h"
#include "app/paths.h"
#include "app/session_file.h"
#include "scripting/script_host.h"

namespace outboard::app {
namespace {

namespace fs = std::filesystem;

bool is_session_file(const std::string& path) {
    return fs::path(path).extension() == ".outboard";
}

audio::TrackSettings song_track(const std::string& name, std::uint16_t channels, const scripting::Scripts& scripts) {
    audio::TrackSettings track;
    track.name = name;
    track.channels = channels;
    track.set_scripts(scripts);
    return track;
}

/// A song: every scripted channel on a track of its own, all that is left on one more.
audio::Session session_for_song(const CommandLine& line) {
    audio::Session session;
    session.song = line.input;
    std::uint16_t rest = 0xFFFF;
    scripting::Scripts rest_scripts;
    std::map<int, std::size_t> track_of;  // by channel
    for (const auto& choice : line.scripts) {
        const auto script = scripting::resolve_script(choice.script, factory_folder());
        if (!choice.channel) {
            rest_scripts.push_back(script);
            continue;
        }
        const auto [place, first] = track_of.try_emplace(*choice.channel, session.tracks.size());
        if (!first) {
            auto& track = session.tracks[place->second];
            track.next_scripts.push_back(script);
            continue;
        }
        const auto channel = static_cast<std::uint16_t>(1U << (*choice.channel - 1));
        rest = static_cast<std::uint16_t>(rest & ~channel);
        session.tracks.push_back(song_track(fmt::format("Channel {}", *choice.channel), channel, {script}));
    }
    if (rest != 0) {
        session.tracks.push_back(song_track(session.tracks.empty() ? "Song" : "Rest", rest, rest_scripts));
    }
    return session;
}

void require_file(const std::string& path, const char* what) {
    if (path.empty()) {
        return;
    }
    std::error_code error;
    if (!fs::exists(path, error)) {
        throw std::runtime_error(fmt::format("the {} '{}' is not there: is the path right?", what, path));
    }
    if (fs::is_directory(path, error)) {
        throw std::runtime_error(fmt::format("'{}' is a folder: name the {} itself", path, what));
    }
}

void apply_settings(const CommandLine& line, audio::Session& session) {
    if (line.settings.empty()) {
        return;
    }
    const auto declared = declared_parameters(session, line.seed);
    for (const auto& [name, text] : line.settings) {
        set_parameter(session, declared, name, text);
    }
}

}  // namespace

std::string factory_folder() {
    return scripting::ScriptHost(scripting::ScriptHost::Options{}).factory_folder();
}

void apply_options(const CommandLine& line, audio::Session& session) {
    if (!line.soundfont.empty()) {
        session.soundfont = line.soundfont;
    }
    session.device.name = line.device.value_or(session.device.name);
    session.device.rate = line.rate.value_or(session.device.rate);
    session.device.frames = line.frames.value_or(session.device.frames);
    session.swap = line.swap.value_or(session.swap);
}

SessionSource find_session(const CommandLine& line) {
    SessionSource source;
    auto& session = source.session;
    if (line.input.empty() || is_session_file(line.input)) {
        if (!line.scripts.empty()) {
            throw UsageError("--script goes with a song: a session brings its own scripts");
        }
        const auto path = line.input.empty() ? demo_session_path() : line.input;
        require_file(path, "session");
        auto loaded = load_session(path, factory_folder());
        session = std::move(loaded.session);
        source.notices = std::move(loaded.notices);
        require_file(session.song, "song");
        for (const auto& track : session.tracks) {
            for (const auto& script : track.scripts()) {
                require_file(script, "script");
            }
            require_file(track.soundfont, "SoundFont");
        }
    } else {
        require_file(line.input, "song");
        session = session_for_song(line);
    }
    apply_options(line, session);
    require_file(session.soundfont, "SoundFont");
    apply_settings(line, session);
    return source;
}

}  // namespace outboard::app
