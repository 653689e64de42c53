// Desk: what all rooms share: the engine, its latest snapshot, the selected track, and the commands.
//
// A room never keeps a pointer into a snapshot: it reads desk.snapshot() when refreshed() is emitted, and sends
// commands through the desk, which does nothing when there is no engine and turns exceptions into a notice.
#pragma once

#include <QObject>
#include <QString>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "audio/engine.h"
#include "ui/app_hooks.h"

namespace outboard::ui {

/// A line for the console: a script's message, or a word of the window itself.
struct ConsoleEntry {
    enum class Kind : std::uint8_t { print, notice, warning, error } kind = Kind::print;
    std::optional<std::uint32_t> track;
    QString position;  ///< bar:beat:tick of the song when it was written
    QString who;       ///< name of the track, or empty
    QString text;
    QString file;  ///< when a place in a script is known
    int line = 0;  ///< 1-based; 0: none
};

class Desk : public QObject {
    Q_OBJECT

public:
    explicit Desk(AppHooks hooks);
    ~Desk() override;

    [[nodiscard]] const AppHooks& hooks() const noexcept { return hooks_; }
    [[nodiscard]] bool has_engine() const noexcept { return engine_ != nullptr; }
    void set_engine(audio::Engine* engine);

    /// Takes a snapshot and the messages of the scripts; emits refreshed(), then an entry_added() for each message.
    void refresh();
    [[nodiscard]] const audio::EngineSnapshot& snapshot() const noexcept { return snapshot_; }
    [[nodiscard]] const audio::TrackSnapshot* track(std::uint32_t id) const noexcept;
    [[nodiscard]] const audio::TrackSnapshot* selected_track() const noexcept;
    [[nodiscard]] std::optional<std::uint32_t> selected() const noexcept { return selected_; }
    /// Also arms it: the keyboard and MIDI inputs play the selected track.
    void select(std::uint32_t id);

    /// Runs `action` on the engine. False when there is none or it threw; the sentence is then a notice.
    bool command(const std::function<void(audio::Engine&)>& action);
    /// The same for something that the session file holds: marks the document as changed.
    bool edit(const std::function<void(audio::Engine&)>& action);
    /// Changes settings of a track. The change shows in snapshot() at once, so that two quick edits add up.
    void change_track(std::uint32_t id, const std::function<void(audio::TrackSettings&)>& change);
    /// Fader and pan, which a script may move, too. What the user sets counts from now on, until the script moves it.
    void move_strip(std::uint32_t track, scripting::Setting what, double value);
    void load_script(std::uint32_t track, const std::string& path);
    /// The chain of a track, in order; none: no script.
    void load_scripts(std::uint32_t track, const scripting::Scripts& scripts);
    /// A script of the track gives its place in the chain to another one.
    void replace_script(std::uint32_t track, const std::string& before, const std::string& now);
    void set_parameter(std::uint32_t track, const std::string& id, double value);
    void set_parameter_text(std::uint32_t track, const std::string& id, const std::string& text);
    void toggle_play();
    /// Reads a MIDI file and puts it in. False and a notice when it cannot be read.
    bool open_song(const QString& path);
    [[nodiscard]] const QString& song() const noexcept { return song_; }  ///< path; empty: none

    [[nodiscard]] bool is_modified() const noexcept { return modified_; }
    void set_modified(bool modified);
    /// A sentence for the user: on the notice bar.
    void tell(const QString& sentence);
    /// A line for the console.
    void log(ConsoleEntry::Kind kind, const QString& text);
    /// Runs something that may throw; false and a notice when it did.
    bool attempt(const std::function<void()>& action);

    [[nodiscard]] QString position() const;  ///< bar:beat:tick now
    [[nodiscard]] QString factory_folder() const;
    [[nodiscard]] bool is_factory(const QString& path) const;

signals:
    void refreshed();
    void transport_changed();  ///< by a command just now: show it before the next snapshot
    void engine_changed();
    void about_to_select();  ///< the old track is still armed: a held key can still be let go of
    void selection_changed();
    void modified_changed(bool modified);
    void script_requested(std::uint32_t track, const QString& path);  ///< a load was asked for
    void script_wished(const QString& path);                          ///< to be seen in the editor
    void entry_added(const outboard::ui::ConsoleEntry& entry);
    void notice(const QString& sentence);

private:
    void deliver(const scripting::Message& message);
    [[nodiscard]] const audio::TrackSnapshot* track_of(const scripting::Message& message) const noexcept;

    AppHooks hooks_;
    audio::Engine* engine_ = nullptr;
    audio::EngineSnapshot snapshot_;
    std::optional<std::uint32_t> selected_;
    QString song_;
    bool modified_ = false;
};

/// bar:beat:tick, each field of a fixed width: " 12:3:240".
[[nodiscard]] QString position_text(int bar, int beat, int tick);
/// Position of an earlier or later sample, at the snapshot's tempo and signature.
[[nodiscard]] QString position_of(const audio::EngineSnapshot& now, std::int64_t sample);

}  // namespace outboard::ui
