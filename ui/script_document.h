// ScriptDocument: one open script: its file, its editor, and how what is on the screen stands to what plays.
#pragma once

#include <QObject>
#include <QString>

#include <cstdint>
#include <memory>
#include <optional>

#include "ui/desk.h"
#include "ui/script_editor.h"

namespace outboard::ui {

class ScriptDocument : public QObject {
    Q_OBJECT

public:
    /// Reads the file. Throws std::runtime_error with a sentence.
    ScriptDocument(Desk& desk, const QString& path);
    ~ScriptDocument() override;

    [[nodiscard]] const QString& path() const noexcept { return path_; }
    [[nodiscard]] QString title() const;
    [[nodiscard]] ScriptEditor& editor() noexcept { return *editor_; }
    [[nodiscard]] bool is_modified() const { return editor_->isModified(); }
    [[nodiscard]] bool is_template() const { return desk_.is_factory(path_); }

    /// Writes the file; throws std::runtime_error with a sentence. A template must be moved first.
    void save();
    void move_to(const QString& path) { path_ = path; }
    /// The file on disk differs from what was last read or written here.
    [[nodiscard]] bool changed_outside() const;
    /// Takes the file's text over. Throws std::runtime_error with a sentence.
    void reload();

    /// Loads it into every track that uses it, or into `otherwise` when none does. False: there is no track.
    bool run(std::optional<std::uint32_t> otherwise);
    /// A load of this file was asked for (from here, or from a track's menu).
    void expect_load(std::uint32_t track);
    [[nodiscard]] std::vector<std::uint32_t> tracks() const;

    /// How the text stands to what plays.
    struct Standing {
        enum class Kind { unused, edited, loading, runs, error, bypassed, waiting } kind = Kind::unused;
        QString words;
    };
    [[nodiscard]] Standing standing() const;
    /// From the snapshot: notices when a load has ended well.
    void refresh();
    /// A message of a script, for this file or not.
    void hear(const ConsoleEntry& entry);

signals:
    void title_changed();

private:
    /// The path as the track has it, if it plays this file.
    [[nodiscard]] std::string name_on(std::uint32_t track) const;

    Desk& desk_;
    QString path_;
    QString disk_text_;  ///< as last read or written
    std::unique_ptr<ScriptEditor> editor_;
    struct Load {
        std::uint32_t track = 0;
        std::uint64_t generation = 0;  ///< of the track when the load was asked for
    };
    std::optional<Load> loading_;
    bool load_failed_ = false;  ///< the last load did; what is marked is why
};

}  // namespace outboard::ui
