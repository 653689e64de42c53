#include "ui/script_document.h"

#include <QFileInfo>

#include <algorithm>

#include "ui/script_files.h"

namespace outboard::ui {
namespace {

/// The last line of a traceback is the one that says what happened.
QString last_line(const QString& text) {
    const QStringList lines = text.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    return lines.isEmpty() ? QString() : lines.back().trimmed();
}

bool same_file(const QString& a, const QString& b) {
    // Asked often: files are looked at only when the names agree.
    const QFileInfo one(a), other(b);
    return a == b || (!a.isEmpty() && one.fileName() == other.fileName() && one == other);
}

}  // namespace

ScriptDocument::ScriptDocument(Desk& desk, const QString& path)
    : desk_(desk), path_(path), disk_text_(read_text(path)), editor_(std::make_unique<ScriptEditor>()) {
    editor_->setText(disk_text_);
    editor_->setModified(false);
    connect(editor_.get(), &QsciScintilla::modificationChanged, this, &ScriptDocument::title_changed);
}

ScriptDocument::~ScriptDocument() = default;

QString ScriptDocument::title() const {
    return QFileInfo(path_).fileName() + (is_modified() ? QStringLiteral(" ●") : QString());
}

void ScriptDocument::save() {
    const QString text = editor_->text();
    write_text(path_, text);
    disk_text_ = text;
    editor_->setModified(false);
    emit title_changed();
}

bool ScriptDocument::changed_outside() const {
    return QFileInfo::exists(path_) && read_text(path_) != disk_text_;
}

void ScriptDocument::reload() {
    disk_text_ = read_text(path_);
    editor_->replace_text(disk_text_);
    editor_->setModified(false);
    emit title_changed();
}

bool ScriptDocument::run(std::optional<std::uint32_t> otherwise) {
    std::vector<std::uint32_t> users = tracks();
    if (users.empty() && otherwise) {
        users.push_back(*otherwise);
    }
    for (const std::uint32_t track : users) {
        desk_.load_script(track, name_on(track));
    }
    return !users.empty();
}

std::string ScriptDocument::name_on(std::uint32_t track) const {
    if (const audio::TrackSnapshot* user = desk_.track(track)) {
        for (const std::string& script : user->settings.scripts()) {
            if (same_file(QString::fromStdString(script), path_)) {
                return script;
            }
        }
    }
    return path_.toStdString();
}

void ScriptDocument::expect_load(std::uint32_t track) {
    const audio::TrackSnapshot* now = desk_.track(track);
    loading_ = Load{track, now == nullptr ? 0 : now->script_generation};
    load_failed_ = false;
    editor_->clear_error();
}

std::vector<std::uint32_t> ScriptDocument::tracks() const {
    std::vector<std::uint32_t> users;
    for (const audio::TrackSnapshot& track : desk_.snapshot().tracks) {
        if (std::ranges::any_of(track.settings.scripts(), [this](const std::string& script) {
                return same_file(QString::fromStdString(script), path_);
            })) {
            users.push_back(track.id);
        }
    }
    return users;
}

ScriptDocument::Standing ScriptDocument::standing() const {
    using Kind = Standing::Kind;
    using scripting::SlotState;
    const std::vector<std::uint32_t> users = tracks();
    if (load_failed_) {
        const audio::TrackSnapshot* user = users.empty() ? nullptr : desk_.track(users.front());
        const bool nothing = user == nullptr || user->script.state == SlotState::failed;
        return {Kind::error,
                (editor_->error_line() > 0 ? tr("error in line %1").arg(editor_->error_line()) : tr("does not load")) +
                    (nothing ? tr(": nothing plays") : tr(": the old script plays on"))};
    }
    if (is_modified()) {
        return {Kind::edited, is_template() ? tr("edited · saving makes your copy") : tr("edited · Ctrl+S runs it")};
    }
    if (loading_) {
        return {Kind::loading, tr("loading…")};
    }
    if (users.empty()) {
        return {Kind::unused, tr("not on a track · F5 runs it on the selected one")};
    }
    switch (desk_.track(users.front())->script.state) {
        case SlotState::bypassed:
            return {Kind::bypassed, tr("bypassed: everything passes")};
        case SlotState::restarting:
            return {Kind::waiting, tr("restarting…")};
        case SlotState::loading:
            return {Kind::loading, tr("loading…")};
        case SlotState::failed:
            return {Kind::error, tr("does not load: nothing plays")};
        case SlotState::empty:
            return {Kind::unused, tr("not running · F5 runs it")};
        default:
            break;
    }
    return editor_->error_line() > 0 ? Standing{Kind::error, tr("runs · error in line %1").arg(editor_->error_line())}
                                     : Standing{Kind::runs, tr("runs what you see")};
}

void ScriptDocument::refresh() {
    if (!loading_) {
        return;
    }
    const audio::TrackSnapshot* now = desk_.track(loading_->track);
    if (now == nullptr) {
        loading_.reset();
    } else if (now->script_generation != loading_->generation) {
        loading_.reset();
        load_failed_ = false;
        editor_->clear_error();
    }
}

void ScriptDocument::hear(const ConsoleEntry& entry) {
    if (entry.kind != ConsoleEntry::Kind::error) {
        return;
    }
    const bool here = same_file(entry.file, path_);
    const bool of_load = loading_ && (here || (entry.file.isEmpty() && entry.track == loading_->track));
    if (!here && !of_load) {
        return;
    }
    if (of_load) {
        // The generation has not moved on (refresh came first): this is why the new text is not what plays.
        loading_.reset();
        load_failed_ = true;
    }
    if (here && entry.line > 0) {
        editor_->mark_error(entry.line, last_line(entry.text));
    }
}

}  // namespace outboard::ui
