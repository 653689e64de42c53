#include "fake_engine.h"

#include <algorithm>
#include <utility>

namespace outboard::ui::test {

Fake& fake() {
    static Fake one;
    return one;
}

std::size_t Fake::count(const std::string& beginning) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(calls, [&](const std::string& call) { return call.starts_with(beginning); }));
}

audio::TrackSnapshot make_track(std::uint32_t id, const std::string& name, const std::string& script) {
    audio::TrackSnapshot track;
    track.id = id;
    track.settings.name = name;
    track.settings.script = script;
    track.script.script = script;
    track.script.scripts = {script};
    track.script.state = script.empty() ? scripting::SlotState::empty : scripting::SlotState::live;
    track.script_generation = 1;
    track.instrument_name = "Electric Piano";
    if (!script.empty()) {
        using Type = scripting::Parameter::Type;
        track.script.transport = "shm";
        track.script.pid = 4711;
        track.parameters = {
            {.id = "rate",
             .name = "Rate",
             .type = Type::menu,
             .value = 1,
             .initial = 1,
             .maximum = 2,
             .unit = {},
             .choices = {"1/4", "1/8", "1/16"}},
            {.id = "gate",
             .name = "Gate",
             .type = Type::knob,
             .value = 0.5,
             .initial = 0.5,
             .minimum = 0.05,
             .maximum = 1,
             .unit = "%",
             .choices = {}},
            {.id = "octaves",
             .name = "Octaves",
             .type = Type::knob,
             .value = 2,
             .initial = 2,
             .minimum = 1,
             .maximum = 4,
             .step = 1,
             .unit = {},
             .choices = {}},
            {.id = "latch", .name = "Latch", .type = Type::toggle, .value = 0, .unit = {}, .choices = {}}};
    }
    return track;
}

namespace {

void note(std::string call) {
    fake().calls.push_back(std::move(call));
}

audio::TrackSnapshot* find(std::uint32_t id) {
    auto& tracks = fake().snapshot.tracks;
    const auto at = std::ranges::find(tracks, id, &audio::TrackSnapshot::id);
    return at == tracks.end() ? nullptr : &*at;
}

}  // namespace
}  // namespace outboard::ui::test

namespace outboard::scripting {

struct ScriptHost::State {};
ScriptHost::ScriptHost(Options) {}
ScriptHost::~ScriptHost() = default;
std::vector<Message> ScriptHost::take_messages() {
    return std::exchange(ui::test::fake().messages, {});
}
std::string ScriptHost::factory_folder() const {
    return ui::test::fake().factory_folder;
}

}  // namespace outboard::scripting

namespace outboard::audio {

using std::to_string;
using ui::test::fake;
using ui::test::find;
using ui::test::note;

struct Engine::State {
    scripting::ScriptHost& host;
    Options options;
};

Engine::Engine(Options options, scripting::ScriptHost& host, const Session&)
    : state_(std::make_unique<State>(State{host, std::move(options)})) {}
Engine::~Engine() = default;

std::uint32_t Engine::add_track(const TrackSettings& settings) {
    std::uint32_t id = 1;
    while (find(id) != nullptr) {
        ++id;
    }
    TrackSnapshot track;
    track.id = id;
    track.settings = settings;
    fake().snapshot.tracks.push_back(track);
    note("add_track " + settings.name);
    return id;
}
void Engine::remove_track(std::uint32_t id) {
    std::erase_if(fake().snapshot.tracks, [id](const TrackSnapshot& track) { return track.id == id; });
    note("remove_track " + to_string(id));
}
void Engine::update_track(std::uint32_t id, const TrackSettings& settings) {
    if (TrackSnapshot* track = find(id)) {
        track->settings = settings;
    }
    note("update_track " + to_string(id));
}
void Engine::move_strip(std::uint32_t id, scripting::Setting what, double value) {
    if (TrackSnapshot* track = find(id)) {
        strip_value(*track, what) = strip_value(track->settings, what) = value;
    }
    note("move_strip " + to_string(id) + ' ' + to_string(static_cast<int>(what)) + ' ' + to_string(value));
}
void Engine::load_script(std::uint32_t id, const std::string& path) {
    note("load_script " + to_string(id) + ' ' + path);
    if (TrackSnapshot* track = find(id)) {
        track->settings.script = path;
        if (fake().load_error.empty()) {
            *track = [&] {
                TrackSnapshot fresh = ui::test::make_track(id, track->settings.name, path);
                fresh.settings = track->settings;
                fresh.script_generation = track->script_generation + 1;
                return fresh;
            }();
        }
    }
}
void Engine::load_scripts(std::uint32_t id, const scripting::Scripts& scripts) {
    if (scripts.size() == 1) {
        load_script(id, scripts.front());
        return;
    }
    std::string all;
    for (const std::string& script : scripts) {
        all += ' ' + script;
    }
    note("load_scripts " + to_string(id) + all);
    if (TrackSnapshot* track = find(id)) {
        track->settings.set_scripts(scripts);
    }
}
void Engine::bypass_in_chain(std::uint32_t id, std::size_t place, bool bypassed) {
    note("bypass_in_chain " + to_string(id) + ' ' + to_string(place) + (bypassed ? " on" : " off"));
}
void Engine::unload_script(std::uint32_t id) {
    note("unload_script " + to_string(id));
}
void Engine::set_script_transport(std::uint32_t id, const std::string& transport) {
    note("set_script_transport " + to_string(id) + " " + transport);
}
void Engine::set_swap_moment(scripting::SwapMoment moment) {
    fake().snapshot.swap = moment;
    note(std::string("set_swap_moment ") + scripting::to_string(moment));
}
void Engine::bypass_script(std::uint32_t id, bool bypassed) {
    note("bypass_script " + to_string(id) + (bypassed ? " on" : " off"));
}
bool Engine::set_parameter(std::uint32_t id, const std::string& name, double value) {
    note("set_parameter " + to_string(id) + ' ' + name + ' ' + to_string(value));
    if (TrackSnapshot* track = find(id)) {
        for (scripting::Parameter& parameter : track->parameters) {
            if (parameter.id == name) {
                parameter.value = value;
                return true;
            }
        }
    }
    return false;
}
bool Engine::set_parameter_text(std::uint32_t id, const std::string& name, const std::string& text) {
    note("set_parameter_text " + to_string(id) + ' ' + name + ' ' + text);
    return true;
}
void Engine::learn(std::uint32_t id, const std::optional<std::string>& name) {
    note("learn " + to_string(id) + ' ' + name.value_or("nothing"));
    if (TrackSnapshot* track = find(id)) {
        track->learning = name.value_or("");
    }
}
void Engine::forget_learned(std::uint32_t id, const std::string& name) {
    note("forget_learned " + to_string(id) + ' ' + name);
}
void Engine::set_song(std::shared_ptr<const Song> song) {
    note("set_song " + (song ? song->path : std::string()));
}
void Engine::play() {
    fake().snapshot.playing = true;
    note("play");
}
void Engine::stop() {
    fake().snapshot.playing = false;
    note("stop");
}
void Engine::seek(double beat) {
    note("seek " + to_string(beat));
}
void Engine::set_tempo(std::optional<double> bpm) {
    fake().snapshot.tempo = bpm.value_or(112);
    note("set_tempo " + (bpm ? to_string(*bpm) : std::string("own")));
}
void Engine::set_loop(bool loop) {
    fake().snapshot.loop = loop;
    note(loop ? "set_loop on" : "set_loop off");
}
void Engine::panic() {
    note("panic");
}
void Engine::set_master(double db) {
    note("set_master " + to_string(db));
}
void Engine::arm(std::optional<std::uint32_t> track) {
    note("arm " + (track ? to_string(*track) : std::string("all")));
}
void Engine::key_down(std::uint8_t key, std::uint8_t, std::uint8_t channel) {
    note("key_down " + to_string(key) + " c" + to_string(channel));
}
void Engine::key_up(std::uint8_t key, std::uint8_t channel) {
    note("key_up " + to_string(key) + " c" + to_string(channel));
}
void Engine::start_capture(const std::string& path) {
    note("start_capture " + path);
}
void Engine::stop_capture() {
    note("stop_capture");
}
EngineSnapshot Engine::snapshot() {
    return fake().snapshot;
}
Session Engine::session() const {
    return fake().session;
}
void Engine::reset_figures() {
    note("reset_figures");
}
const Engine::Options& Engine::options() const noexcept {
    return state_->options;
}
scripting::ScriptHost& Engine::scripts() noexcept {
    return state_->host;
}

}  // namespace outboard::audio
