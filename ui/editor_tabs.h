// EditorTabs: the script room: a tab per file, what runs and what is only edited, save, run, find.
//
// Factory scripts are templates: saving an edited one makes a copy in the user's folder, and its track plays that.
#pragma once

#include <QFileSystemWatcher>
#include <QWidget>

#include <map>
#include <memory>
#include <vector>

#include "ui/desk.h"
#include "ui/pace.h"
#include "ui/script_document.h"

class QLabel;
class QPushButton;
class QStackedWidget;
class QTabBar;
class QToolButton;

namespace outboard::ui {

class FindBar;

class EditorTabs : public QWidget {
    Q_OBJECT

public:
    explicit EditorTabs(Desk& desk, QWidget* parent = nullptr);
    ~EditorTabs() override;

    [[nodiscard]] ScriptDocument* current() const;
    [[nodiscard]] const std::vector<std::unique_ptr<ScriptDocument>>& documents() const noexcept { return documents_; }
    /// The document of a file, opened if need be; null and a notice when it cannot be read.
    ScriptDocument* open(const QString& path);
    void go_to(const QString& path, int line);

    bool save_and_run();  ///< Ctrl+S
    bool run();           ///< F5: saves what is edited, then loads
    bool save_as();
    void find();
    void find_again(bool forward);
    void zoom(int steps);  ///< of all files; 0: as at first
    void close_tab(int index);
    void close_current();
    /// Closes the files that no track plays and nobody has edited.
    void close_unused();
    void new_script(std::uint32_t track);
    void open_for_track(std::uint32_t track);

    [[nodiscard]] std::vector<ScriptDocument*> unsaved() const;
    /// Saves one document (copying a template first). False and a notice when it could not be written.
    bool save(ScriptDocument& document);

private:
    void build();
    void refresh();
    void show_standing();
    void show_selected_track();
    void open_scripts();
    void drop(int index);
    void show_document(ScriptDocument* document);
    void update_titles();
    void watch();
    void file_changed(const QString& path);
    void script_requested(std::uint32_t track, const QString& path);
    void hear(const ConsoleEntry& entry);
    [[nodiscard]] bool may_overwrite(ScriptDocument& document);
    [[nodiscard]] int index_of(const QString& path) const;
    void make_copy(ScriptDocument& document);

    Desk& desk_;
    std::vector<std::unique_ptr<ScriptDocument>> documents_;  ///< in the order of the tabs
    QFileSystemWatcher watcher_;
    QTabBar* tabs_ = nullptr;
    QLabel* standing_ = nullptr;
    QToolButton* swap_ = nullptr;
    QPushButton* run_ = nullptr;
    QStackedWidget* stack_ = nullptr;
    QLabel* empty_ = nullptr;
    FindBar* find_bar_ = nullptr;
    Pace standing_pace_{std::chrono::milliseconds(100)};
    bool open_all_ = false;  ///< of a new engine's scripts, when its tracks are known
    int zoom_ = 0;
    QString shown_script_;                     ///< of the selected track, as last shown
    std::optional<std::uint32_t> copied_for_;  ///< the track that goes over to a copy that was just made
    std::string copied_from_;                  ///< of which script that is the copy
    std::map<QString, ConsoleEntry> errors_;   ///< the last one of each file, for files that are opened later
};

}  // namespace outboard::ui
