#include "ui/desk.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <cmath>

#include "scripting/script_host.h"

namespace outboard::ui {
namespace {

constexpr int ticks_per_beat = 960;

ConsoleEntry::Kind kind_of(scripting::Message::Type type) {
    using Type = scripting::Message::Type;
    switch (type) {
        case Type::error:
            return ConsoleEntry::Kind::error;
        case Type::warning:
            return ConsoleEntry::Kind::warning;
        case Type::notice:
            return ConsoleEntry::Kind::notice;
        case Type::print:
        case Type::debug:
        case Type::info:
        case Type::watch:
            break;
    }
    return ConsoleEntry::Kind::print;
}

}  // namespace

Desk::Desk(AppHooks hooks) : hooks_(std::move(hooks)) {}

Desk::~Desk() = default;

void Desk::set_engine(audio::Engine* engine) {
    engine_ = engine;
    snapshot_ = {};
    selected_.reset();
    song_.clear();
    command([this](audio::Engine& now) { song_ = QString::fromStdString(now.session().song); });
    emit engine_changed();
    if (engine_ != nullptr) {
        refresh();
    }
}

void Desk::refresh() {
    if (engine_ != nullptr) {
        snapshot_ = engine_->snapshot();
        if (selected_track() == nullptr) {
            selected_.reset();
            if (!snapshot_.tracks.empty()) {
                select(snapshot_.tracks.front().id);
            }
        }
    }
    emit refreshed();
    if (engine_ != nullptr) {
        for (const scripting::Message& message : engine_->scripts().take_messages()) {
            if (message.type != scripting::Message::Type::watch) {  // the snapshot has the newest value
                deliver(message);
            }
        }
    }
}

const audio::TrackSnapshot* Desk::track(std::uint32_t id) const noexcept {
    const auto at = std::ranges::find(snapshot_.tracks, id, &audio::TrackSnapshot::id);
    return at == snapshot_.tracks.end() ? nullptr : &*at;
}

const audio::TrackSnapshot* Desk::selected_track() const noexcept {
    return selected_ ? track(*selected_) : nullptr;
}

void Desk::select(std::uint32_t id) {
    if (track(id) == nullptr) {
        return;
    }
    if (selected_ != id) {
        emit about_to_select();
        selected_ = id;
        command([id](audio::Engine& engine) { engine.arm(id); });
    }
    emit selection_changed();
}

bool Desk::command(const std::function<void(audio::Engine&)>& action) {
    return engine_ != nullptr && attempt([&] { action(*engine_); });
}

bool Desk::edit(const std::function<void(audio::Engine&)>& action) {
    const bool done = command(action);
    if (done) {
        set_modified(true);
    }
    return done;
}

void Desk::change_track(std::uint32_t id, const std::function<void(audio::TrackSettings&)>& change) {
    const auto at = std::ranges::find(snapshot_.tracks, id, &audio::TrackSnapshot::id);
    if (at == snapshot_.tracks.end()) {
        return;
    }
    audio::TrackSettings settings = at->settings;
    change(settings);
    if (edit([&](audio::Engine& engine) { engine.update_track(id, settings); })) {
        at->settings = settings;
    }
}

void Desk::move_strip(std::uint32_t track, scripting::Setting what, double value) {
    edit([=](audio::Engine& engine) { engine.move_strip(track, what, value); });
}

void Desk::load_script(std::uint32_t track, const std::string& path) {
    emit script_requested(track, QString::fromStdString(path));
    edit([&](audio::Engine& engine) { engine.load_script(track, path); });
}

void Desk::load_scripts(std::uint32_t track, const scripting::Scripts& scripts) {
    if (scripts.empty()) {
        edit([=](audio::Engine& engine) { engine.unload_script(track); });
        return;
    }
    for (const std::string& script : scripts) {
        emit script_requested(track, QString::fromStdString(script));
    }
    edit([&](audio::Engine& engine) { engine.load_scripts(track, scripts); });
}

void Desk::replace_script(std::uint32_t track, const std::string& before, const std::string& now) {
    const audio::TrackSnapshot* user = this->track(track);
    scripting::Scripts scripts = user == nullptr ? scripting::Scripts() : user->settings.scripts();
    const auto place = std::ranges::find(scripts, before);
    if (scripts.size() <= 1 || place == scripts.end()) {
        load_script(track, now);
        return;
    }
    *place = now;
    load_scripts(track, scripts);
}

void Desk::set_parameter(std::uint32_t track, const std::string& id, double value) {
    edit([&](audio::Engine& engine) { engine.set_parameter(track, id, value); });
}

void Desk::set_parameter_text(std::uint32_t track, const std::string& id, const std::string& text) {
    edit([&](audio::Engine& engine) { engine.set_parameter_text(track, id, text); });
}

void Desk::toggle_play() {
    const bool playing = snapshot_.playing;
    if (command([playing](audio::Engine& engine) { playing ? engine.stop() : engine.play(); })) {
        snapshot_.playing = !playing;
        emit transport_changed();
    }
}

bool Desk::open_song(const QString& path) {
    const bool done = edit([&](audio::Engine& engine) { engine.set_song(audio::Song::load(path.toStdString())); });
    if (done) {
        song_ = path;
    }
    return done;
}

void Desk::set_modified(bool modified) {
    if (modified_ != modified) {
        modified_ = modified;
        emit modified_changed(modified);
    }
}

void Desk::tell(const QString& sentence) {
    emit notice(sentence);
}

void Desk::log(ConsoleEntry::Kind kind, const QString& text) {
    emit entry_added(
        {.kind = kind, .track = {}, .position = position(), .who = {}, .text = text, .file = {}, .line = 0});
}

bool Desk::attempt(const std::function<void()>& action) {
    try {
        action();
        return true;
    } catch (const std::exception& error) {
        tell(QString::fromUtf8(error.what()));
        return false;
    }
}

QString Desk::position() const {
    return position_text(snapshot_.bar, snapshot_.beat, snapshot_.tick);
}

QString Desk::factory_folder() const {
    return engine_ == nullptr ? QString() : QString::fromStdString(engine_->scripts().factory_folder());
}

bool Desk::is_factory(const QString& path) const {
    const QString folder = factory_folder();
    return !folder.isEmpty() &&
           QFileInfo(path).canonicalFilePath().startsWith(QFileInfo(folder).canonicalFilePath() + QLatin1Char('/'));
}

void Desk::deliver(const scripting::Message& message) {
    ConsoleEntry entry;
    entry.kind = kind_of(message.type);
    // What happened while a script was loading has no time of its own.
    entry.position = message.time > 0 ? position_of(snapshot_, message.time) : position();
    if (const audio::TrackSnapshot* from = track_of(message)) {
        entry.track = from->id;
        entry.who = QString::fromStdString(from->settings.name);
    }
    entry.text = QString::fromStdString(message.text).trimmed();
    entry.file = QString::fromStdString(message.file);
    entry.line = message.line;
    emit entry_added(entry);
}

const audio::TrackSnapshot* Desk::track_of(const scripting::Message& message) const noexcept {
    return track(message.slot);
}

QString position_text(int bar, int beat, int tick) {
    return QStringLiteral("%1:%2:%3").arg(std::max(bar, 1)).arg(std::max(beat, 1)).arg(tick, 3, 10, QLatin1Char('0'));
}

QString position_of(const audio::EngineSnapshot& now, std::int64_t sample) {
    if (!now.playing || now.sample_rate <= 0 || now.numerator <= 0) {
        return position_text(now.bar, now.beat, now.tick);
    }
    // A beat of the position is the signature's own; the tempo counts quarter notes.
    const double quarters = static_cast<double>(sample - now.sample) / now.sample_rate * now.tempo / 60.0;
    const double ticks_per_quarter = now.denominator / 4.0 * ticks_per_beat;
    // What the position leaves out of a tick counts: else what was on a beat would be a tick before it.
    const double exact = now.song_beat * ticks_per_quarter;
    const double moved = quarters * ticks_per_quarter + exact - std::floor(exact);
    const std::int64_t here =
        (static_cast<std::int64_t>(now.bar - 1) * now.numerator + (now.beat - 1)) * ticks_per_beat + now.tick;
    const std::int64_t there = std::max<std::int64_t>(0, here + std::llround(moved));
    const std::int64_t beats = there / ticks_per_beat;
    return position_text(static_cast<int>(beats / now.numerator) + 1, static_cast<int>(beats % now.numerator) + 1,
                         static_cast<int>(there % ticks_per_beat));
}

}  // namespace outboard::ui
