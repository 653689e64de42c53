// The engine's control side: the document and the commands that follow from it. (Snapshots: snapshot.cpp.)
#include "audio/engine.h"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "audio/chain_edit.h"
#include "audio/engine_state.h"
#include "audio/fluid_instrument.h"
#include "ipc/clock.h"

namespace outboard::audio {

namespace {

Engine::Options checked(Engine::Options options) {
    if (options.sample_rate < 8000 || options.sample_rate > 384000) {
        throw std::runtime_error(
            fmt::format("A sample rate of {} Hz is not possible; choose 8000 to 384000.", options.sample_rate));
    }
    if (options.max_frames == 0 || options.max_frames > 65536) {
        throw std::runtime_error(
            fmt::format("A callback of {} frames is not possible; choose 1 to 65536.", options.max_frames));
    }
    return options;
}

}  // namespace

Engine::State::State(Engine::Options engine_options, scripting::ScriptHost& script_host, const Session& from)
    : options(checked(std::move(engine_options))), host(script_host), session(from), processor(options) {
    session.tracks.clear();
}

TrackDocument& Engine::State::document(std::uint32_t track) {
    const auto found = std::find_if(tracks.begin(), tracks.end(),
                                    [track](const TrackDocument& document) { return document.track->id() == track; });
    if (found == tracks.end()) {
        throw std::runtime_error(fmt::format("There is no track with number {} (any more).", track));
    }
    return *found;
}

void Engine::State::send(Command command) {
    collect_garbage();
    backlog.push_back(std::move(command));
    while (!backlog.empty() && processor.send(backlog.front())) {
        backlog.pop_front();
    }
}

void Engine::State::send_tracks(const TrackDocument* leaving) {
    auto list = std::make_unique<TrackList>();
    list->generation = ++list_generation;
    for (const TrackDocument& document : tracks) {
        list->entries.push_back({document.track, document.instrument, document.midi_output, &document == leaving});
    }
    lists.push_back(std::move(list));
    send(command::TakeTracks{lists.back().get()});
}

void Engine::State::collect_garbage() {
    const std::uint64_t tracks_taken = processor.published.tracks_taken.load(std::memory_order_acquire);
    while (!lists.empty() && lists.front()->generation < tracks_taken) {
        lists.pop_front();
    }
    const std::uint64_t song_taken = processor.published.song_taken.load(std::memory_order_acquire);
    while (!songs.empty() && songs.front().first < song_taken) {
        songs.pop_front();
    }
    while (!backlog.empty() && processor.send(backlog.front())) {
        backlog.pop_front();
    }
}

std::string Engine::State::soundfont_of(const TrackSettings& settings) const {
    if (!settings.soundfont.empty()) {
        return settings.soundfont;
    }
    return session.soundfont.empty() ? default_soundfont() : session.soundfont;
}

std::shared_ptr<Instrument> Engine::State::make_instrument(const std::string& soundfont) const {
    if (options.make_instrument) {
        return options.make_instrument(soundfont);
    }
    if (soundfont.empty()) {
        throw std::runtime_error(
            "No SoundFont was found on this system: install one (timgm6mb-soundfont) or name a file with --soundfont.");
    }
    return std::make_shared<FluidInstrument>(soundfont, options.sample_rate);
}

std::shared_ptr<MidiOutput> Engine::State::open_output(const std::string& name) {
    if (name.empty()) {
        return nullptr;
    }
    std::shared_ptr<MidiOutput> open = midi_outputs[name].lock();
    if (!open) {
        open = std::make_shared<MidiOutput>(name);
        midi_outputs[name] = open;
    }
    return open;
}

Engine::Engine(Options options, scripting::ScriptHost& host, const Session& session)
    : state_(std::make_unique<State>(std::move(options), host, session)) {
    if (!session.song.empty()) {
        set_song(Song::load(session.song));
    }
    set_master(session.master_db);
    set_loop(session.loop);
    for (const TrackSettings& settings : session.tracks) {
        add_track(settings);
    }
}

Engine::~Engine() {
    try {
        stop_capture();
        stop_midi_capture();
    } catch (const std::exception&) {
        // Nobody is left to tell. Who wants to know calls stop_capture() and stop_midi_capture().
    }
}

// ---- audio thread ---------------------------------------------------------------------------------------------------

void Engine::process(float* out, std::uint32_t frames) noexcept {
    state_->processor.process(out, frames);
}

void Engine::note_xrun() noexcept {
    state_->processor.published.xruns.fetch_add(1, std::memory_order_relaxed);
}

void Engine::run_instruments(bool run) noexcept {
    state_->processor.run_instruments(run);
}

void Engine::finish_next_block() noexcept {
    state_->processor.finish_next_block();
}

bool Engine::idle() const noexcept {
    return state_->processor.published.idle.load(std::memory_order_relaxed);
}

std::span<const scripting::Event> Engine::last_output(std::size_t track) const noexcept {
    return track < state_->tracks.size() ? state_->tracks[track].track->output() : std::span<const scripting::Event>{};
}

std::span<const std::uint8_t> Engine::last_sysex(std::size_t track, std::uint32_t blob) const noexcept {
    return track < state_->tracks.size() ? state_->tracks[track].track->sysex(blob) : std::span<const std::uint8_t>{};
}

void Engine::midi_input(std::uint8_t port, const std::uint8_t* bytes, std::size_t size,
                        std::int64_t arrival_ns) noexcept {
    state_->processor.live.midi_input(port, bytes, size, arrival_ns);
}

// ---- tracks ---------------------------------------------------------------------------------------------------------

std::uint32_t Engine::add_track(const TrackSettings& settings) {
    TrackDocument document;
    document.settings = settings;
    document.soundfont = state_->soundfont_of(settings);
    document.instrument = state_->make_instrument(document.soundfont);
    document.midi_output = state_->open_output(settings.midi_output);
    const std::uint32_t id = state_->next_track++;
    const Options& options = state_->options;
    const std::uint32_t block =
        options.block_frames == 0 ? options.max_frames : std::min(options.block_frames, options.max_frames);
    document.track = std::make_shared<Track>(id, state_->host, settings, block);
    document.track->slot().set_presets(document.instrument->presets());
    document.track->slot().set_swap_moment(state_->session.swap);
    state_->tracks.push_back(std::move(document));
    state_->send_tracks(nullptr);
    if (!settings.script.empty() && !settings.bypassed) {
        load_scripts(id, settings.scripts());
    }
    return id;
}

void Engine::remove_track(std::uint32_t track) {
    TrackDocument& leaving = state_->document(track);
    state_->send_tracks(&leaving);
    std::erase_if(state_->tracks, [track](const TrackDocument& document) { return document.track->id() == track; });
    state_->send_tracks(nullptr);
}

void Engine::update_track(std::uint32_t track, const TrackSettings& settings) {
    TrackDocument& document = state_->document(track);
    const std::string soundfont = state_->soundfont_of(settings);
    const bool other_font = soundfont != document.soundfont;
    const bool other_port = settings.midi_output != document.settings.midi_output;
    const bool other_program = settings.bank != document.settings.bank || settings.program != document.settings.program;
    // All that may fail comes first: a sentence leaves the track as it was.
    std::shared_ptr<Instrument> instrument = other_font ? state_->make_instrument(soundfont) : document.instrument;
    std::shared_ptr<MidiOutput> port = other_port ? state_->open_output(settings.midi_output) : document.midi_output;

    TrackSettings merged = settings;
    merged.set_scripts(document.settings.scripts());
    merged.left_out = document.settings.left_out;
    merged.bypassed = document.settings.bypassed;
    merged.parameters = document.settings.parameters;
    merged.kept = document.settings.kept;
    merged.texts = document.settings.texts;
    merged.learned = document.settings.learned;
    document.settings = std::move(merged);
    state_->send(command::SetControls{track, TrackControls(document.settings)});
    if (other_font || other_port) {
        document.instrument = std::move(instrument);
        document.soundfont = soundfont;
        document.track->slot().set_presets(document.instrument->presets());
        document.midi_output = std::move(port);
        state_->send_tracks(nullptr);
    }
    if (other_program && !other_font) {
        state_->send(command::ChooseProgram{track});
    }
}

void Engine::move_strip(std::uint32_t track, scripting::Setting what, double value) {
    TrackDocument& document = state_->document(track);
    const double low = what == scripting::Setting::gain ? -144 : what == scripting::Setting::pan ? -1 : 0;
    const double high = what == scripting::Setting::gain ? 24 : 1;
    double& setting = strip_value(document.settings, what);
    setting = std::clamp(value, low, high);
    document.track->show_strip(what, setting);
    state_->send(command::MoveStrip{track, what, setting});
}

void Engine::arm(std::optional<std::uint32_t> track) {
    state_->send(command::Arm{track});
}

// ---- scripts --------------------------------------------------------------------------------------------------------

void Engine::load_script(std::uint32_t track, const std::string& path) {
    const scripting::Scripts scripts = state_->document(track).settings.scripts();
    load_scripts(track, std::ranges::find(scripts, path) != scripts.end() ? scripts : scripting::Scripts{path});
}

void Engine::load_scripts(std::uint32_t track, const scripting::Scripts& scripts) {
    TrackDocument& document = state_->document(track);
    const bool first = !document.loaded;  // later the slot knows better what the scripts keep
    if (scripts.empty() || scripts.size() > scripting::max_scripts) {
        throw std::runtime_error("A track plays 1 to " + std::to_string(scripting::max_scripts) + " scripts, not " +
                                 std::to_string(scripts.size()) + ".");
    }
    rearrange(document.settings, scripts);
    document.settings.bypassed = false;
    document.loaded = true;
    document.track->set_scripted(true);
    scripting::ParameterValues values(document.settings.parameters.begin(), document.settings.parameters.end());
    values.insert(values.end(), document.settings.texts.begin(), document.settings.texts.end());
    document.track->slot().set_learned(document.settings.learned);
    document.track->slot().load(scripts, document.settings.left_out, std::move(values),
                                first ? std::optional(document.settings.kept) : std::nullopt);
}

void Engine::bypass_in_chain(std::uint32_t track, std::size_t place, bool bypassed) {
    TrackDocument& document = state_->document(track);
    if (place >= document.settings.scripts().size()) {
        return;
    }
    const std::uint32_t bit = std::uint32_t{1} << place;
    document.settings.left_out = (document.settings.left_out & ~bit) | (bypassed ? bit : 0);
    document.track->slot().set_left_out(document.settings.left_out);
}

void Engine::unload_script(std::uint32_t track) {
    TrackDocument& document = state_->document(track);
    document.settings.set_scripts({});
    document.settings.left_out = 0;
    document.settings.bypassed = false;
    document.track->set_scripted(false);
    document.track->slot().unload();
}

void Engine::bypass_script(std::uint32_t track, bool bypassed) {
    TrackDocument& document = state_->document(track);
    if (!bypassed && !document.loaded && !document.settings.script.empty()) {
        load_scripts(track, document.settings.scripts());
        return;
    }
    document.settings.bypassed = bypassed;
    document.track->slot().set_bypass(bypassed);
}

void Engine::set_script_transport(std::uint32_t track, const std::string& transport) {
    state_->document(track).track->slot().set_transport(transport);
}

void Engine::set_swap_moment(scripting::SwapMoment moment) {
    state_->session.swap = moment;
    for (const TrackDocument& document : state_->tracks) {
        document.track->slot().set_swap_moment(moment);
    }
}

bool Engine::set_parameter(std::uint32_t track, const std::string& id, double value) {
    TrackDocument& document = state_->document(track);
    scripting::ScriptSlot& slot = document.track->slot();
    const std::uint64_t generation = slot.generation();
    const std::vector<scripting::Parameter> parameters = slot.parameters();
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [&id](const scripting::Parameter& parameter) { return parameter.id == id; });
    if (found == parameters.end()) {
        return false;
    }
    const double clamped = std::clamp(value, found->minimum, std::max(found->minimum, found->maximum));
    document.settings.parameters[id] = clamped;
    const auto index = static_cast<std::uint32_t>(found - parameters.begin());
    state_->send(command::SetParameter{track, generation, index, clamped});
    return true;
}

bool Engine::set_parameter_text(std::uint32_t track, const std::string& id, const std::string& text) {
    TrackDocument& document = state_->document(track);
    const std::vector<scripting::Parameter> parameters = document.track->slot().parameters();
    const auto found = std::find_if(parameters.begin(), parameters.end(), [&id](const scripting::Parameter& parameter) {
        return parameter.id == id && parameter.type == scripting::Parameter::Type::file;
    });
    if (found == parameters.end()) {
        return false;
    }
    document.settings.texts[id] = text;
    document.track->slot().set_text(static_cast<std::uint32_t>(found - parameters.begin()), text);
    return true;
}

void Engine::learn(std::uint32_t track, const std::optional<std::string>& id) {
    TrackDocument& document = state_->document(track);
    document.learning = id.value_or("");
    document.controllers_seen = document.track->slot().last_controller().count;
}

void Engine::forget_learned(std::uint32_t track, const std::string& id) {
    TrackDocument& document = state_->document(track);
    std::erase_if(document.settings.learned, [&id](const scripting::Learned& learned) { return learned.id == id; });
    document.track->slot().set_learned(document.settings.learned);
}

std::vector<std::string> Engine::wait_scripts(std::chrono::milliseconds timeout) {
    const std::int64_t deadline = ipc::now_ns() + std::chrono::nanoseconds(timeout).count();
    std::vector<std::string> failures;
    for (TrackDocument& document : state_->tracks) {
        const std::int64_t left = std::max<std::int64_t>(0, deadline - ipc::now_ns());
        const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(left));
        if (const auto failure = document.track->slot().wait_loaded(whole)) {
            failures.push_back(*failure);
        }
    }
    return failures;
}

// ---- transport ------------------------------------------------------------------------------------------------------

void Engine::set_song(std::shared_ptr<const Song> song) {
    const Song* const raw = song.get();
    state_->session.song = song ? song->path : std::string();
    state_->songs.emplace_back(++state_->song_generation, std::move(song));
    state_->send(command::TakeSong{raw, state_->song_generation});
}

void Engine::play() {
    state_->send(command::Play{});
}
void Engine::stop() {
    state_->send(command::Stop{});
}
void Engine::seek(double song_beat) {
    state_->send(command::Seek{song_beat});
}

void Engine::set_tempo(std::optional<double> bpm) {
    state_->tempo = bpm;
    state_->send(command::Tempo{bpm.value_or(0)});
}

void Engine::set_loop(bool loop) {
    state_->session.loop = loop;
    state_->send(command::Loop{loop});
}

void Engine::panic() {
    state_->send(command::Panic{});
}

void Engine::set_master(double db) {
    state_->session.master_db = db;
    state_->send(command::Master{gain_of_db(db)});
}

void Engine::key_down(std::uint8_t key, std::uint8_t velocity, std::uint8_t channel) {
    const auto status = static_cast<std::uint8_t>(0x90 | (channel & 15));
    state_->send(command::Key{status, key, std::max<std::uint8_t>(velocity, 1)});
}

void Engine::key_up(std::uint8_t key, std::uint8_t channel) {
    state_->send(command::Key{static_cast<std::uint8_t>(0x80 | (channel & 15)), key, 64});
}

// ---- capture --------------------------------------------------------------------------------------------------------

void Engine::State::wait_for_callback() const {
    while (processor.busy()) {
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
}

void Engine::start_capture(const std::string& path) {
    if (state_->capture) {
        throw std::runtime_error("A recording is running already: stop it before another one is started.");
    }
    state_->capture = std::make_unique<Capture>(path, state_->options.sample_rate);
    state_->processor.capture.store(state_->capture.get(), std::memory_order_seq_cst);
}

void Engine::stop_capture() {
    if (!state_->capture) {
        return;
    }
    state_->processor.capture.store(nullptr, std::memory_order_seq_cst);
    state_->wait_for_callback();
    const std::unique_ptr<Capture> capture = std::move(state_->capture);
    capture->finish();
}

void Engine::start_midi_capture(const std::string& path) {
    if (state_->midi_capture) {
        throw std::runtime_error("What is played is taken down already: stop that before it is begun anew.");
    }
    const std::shared_ptr<const Song> song = this->song();
    if (!song) {
        throw std::runtime_error("A MIDI file takes its tempi from a song, and there is none: open one first.");
    }
    state_->midi_capture = std::make_unique<MidiCapture>(path, song, state_->options.sample_rate, snapshot().sample);
    state_->processor.midi_capture.store(state_->midi_capture.get(), std::memory_order_seq_cst);
}

void Engine::stop_midi_capture() {
    if (!state_->midi_capture) {
        return;
    }
    state_->processor.midi_capture.store(nullptr, std::memory_order_seq_cst);
    state_->wait_for_callback();
    const std::unique_ptr<MidiCapture> capture = std::move(state_->midi_capture);
    capture->finish();
}

std::shared_ptr<const Song> Engine::song() const {
    return state_->songs.empty() ? nullptr : state_->songs.back().second;
}

std::optional<double> Engine::tempo() const {
    return state_->tempo;
}

const Engine::Options& Engine::options() const noexcept {
    return state_->options;
}

scripting::ScriptHost& Engine::scripts() noexcept {
    return state_->host;
}

}  // namespace outboard::audio
