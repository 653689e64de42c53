#include "ui/editor_tabs.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabBar>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/child.h"
#include "ui/find_bar.h"
#include "ui/script_files.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

const QString python_files = QStringLiteral("Python (*.py)");

const char* kind_of(ScriptDocument::Standing::Kind kind) {
    using Kind = ScriptDocument::Standing::Kind;
    switch (kind) {
        case Kind::runs: return "running";
        case Kind::error: return "failed";
        case Kind::loading:
        case Kind::waiting: return "warning";
        case Kind::edited:
        case Kind::unused:
        case Kind::bypassed: break;
    }
    return "quiet";
}

}  // namespace

EditorTabs::EditorTabs(Desk& desk, QWidget* parent) : QWidget(parent), desk_(desk) {
    setProperty("kind", "room");
    build();
    connect(&desk, &Desk::refreshed, this, &EditorTabs::refresh);
    connect(&desk, &Desk::selection_changed, this, [this] {
        shown_script_.clear();
        show_selected_track();
    });
    connect(&desk, &Desk::entry_added, this, &EditorTabs::hear);
    connect(&desk, &Desk::script_requested, this, &EditorTabs::script_requested);
    // Editors often replace a file by another one: look when that is over.
    connect(&watcher_, &QFileSystemWatcher::fileChanged, this, [this](const QString& path) {
        QTimer::singleShot(150, this, [this, path] { file_changed(path); });
    });
}

EditorTabs::~EditorTabs() = default;

void EditorTabs::build() {
    auto* rows = child<QVBoxLayout>(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    auto* head = child<QWidget>(this);
    head->setProperty("kind", "strip");
    head->setAttribute(Qt::WA_StyledBackground);
    head->setFixedHeight(38);
    auto* line = child<QHBoxLayout>(head);
    line->setContentsMargins(0, 0, 12, 0);
    line->setSpacing(12);
    tabs_ = child<QTabBar>(head);
    tabs_->setExpanding(false);
    tabs_->setDrawBase(false);
    tabs_->setElideMode(Qt::ElideMiddle);
    tabs_->setUsesScrollButtons(true);
    tabs_->setTabsClosable(false);
    tabs_->setAccessibleName(tr("Scripts"));
    tabs_->setToolTip(tr("Ctrl+W closes a tab; double click: save as"));
    connect(tabs_, &QTabBar::currentChanged, this, [this](int index) {
        if (index >= 0 && index < static_cast<int>(documents_.size())) {
            show_document(documents_[static_cast<std::size_t>(index)].get());
        }
    });
    connect(tabs_, &QTabBar::tabBarDoubleClicked, this, [this](int) { save_as(); });
    standing_ = child<QLabel>(head);
    standing_->setFont(caption_font());
    standing_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    run_ = child<QPushButton>(tr("Run  F5"), head);
    run_->setProperty("kind", "go");
    run_->setFocusPolicy(Qt::TabFocus);
    run_->setToolTip(tr("Save what is edited and run it (F5, Ctrl+S)"));
    run_->setFixedHeight(26);
    connect(run_, &QPushButton::clicked, this, &EditorTabs::run);
    line->addWidget(tabs_, 1);
    line->addWidget(standing_);
    line->addWidget(run_);
    rows->addWidget(head);

    stack_ = child<QStackedWidget>(this);
    empty_ = child<QLabel>(tr("No script is open.\n\nClick “add a script…” on a track, or open a file."), stack_);
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setProperty("kind", "quiet");
    stack_->addWidget(empty_);
    rows->addWidget(stack_, 1);
    find_bar_ = child<FindBar>(this);
    rows->addWidget(find_bar_);
    setMinimumWidth(320);
    refresh();
}

ScriptDocument* EditorTabs::current() const {
    const int index = tabs_->currentIndex();
    return index < 0 || index >= static_cast<int>(documents_.size()) ? nullptr
                                                                     : documents_[static_cast<std::size_t>(index)].get();
}

int EditorTabs::index_of(const QString& path) const {
    const auto at = std::ranges::find_if(
        documents_, [&](const auto& document) { return QFileInfo(document->path()) == QFileInfo(path); });
    return at == documents_.end() ? -1 : static_cast<int>(at - documents_.begin());
}

ScriptDocument* EditorTabs::open(const QString& path) {
    int index = index_of(path);
    if (index < 0) {
        const bool read = desk_.attempt(
            [&] { documents_.push_back(std::make_unique<ScriptDocument>(desk_, QFileInfo(path).absoluteFilePath())); });
        if (!read) {
            return nullptr;
        }
        ScriptDocument* made = documents_.back().get();
        index = static_cast<int>(documents_.size()) - 1;
        stack_->addWidget(&made->editor());
        made->editor().zoomTo(zoom_);
        tabs_->addTab(made->title());
        connect(made, &ScriptDocument::title_changed, this, &EditorTabs::update_titles);
        if (const auto error = errors_.find(QFileInfo(path).canonicalFilePath()); error != errors_.end()) {
            made->hear(error->second);
        }
        watch();
    }
    tabs_->setCurrentIndex(index);
    ScriptDocument* document = documents_[static_cast<std::size_t>(index)].get();
    show_document(document);
    return document;
}

void EditorTabs::go_to(const QString& path, int line) {
    if (ScriptDocument* document = open(path)) {
        document->editor().go_to_line(line);
    }
}

bool EditorTabs::save(ScriptDocument& document) {
    if (!may_overwrite(document)) {
        return false;
    }
    return desk_.attempt([&] {
        if (document.is_template()) {
            make_copy(document);
        } else {
            document.save();
        }
    });
}

bool EditorTabs::may_overwrite(ScriptDocument& document) {
    bool differs = false;
    if (!desk_.attempt([&] { differs = !document.is_template() && document.changed_outside(); })) {
        return false;
    }
    if (!differs) {
        return true;
    }
    QMessageBox box(QMessageBox::Warning, tr("Changed on disk"),
                    tr("%1 was changed by another program while you edited it here.").arg(document.path()),
                    QMessageBox::Cancel, this);
    const QPushButton* mine = box.addButton(tr("Keep mine"), QMessageBox::AcceptRole);
    const QPushButton* theirs = box.addButton(tr("Take the file’s"), QMessageBox::DestructiveRole);
    box.exec();
    if (box.clickedButton() == theirs) {
        desk_.attempt([&] { document.reload(); });
        return true;
    }
    return box.clickedButton() == mine;
}

void EditorTabs::make_copy(ScriptDocument& document) {
    const std::vector<std::uint32_t> users = document.tracks();
    const QString copy = free_path(user_scripts_folder(desk_.hooks().scripts_folder), QFileInfo(document.path()).fileName());
    const QString original = document.path();
    document.move_to(copy);
    try {
        document.save();
    } catch (...) {
        document.move_to(original);
        throw;
    }
    desk_.log(ConsoleEntry::Kind::notice, tr("factory scripts are templates: your copy is %1").arg(copy));
    watch();
    update_titles();
    // Only the track in hand goes over to the copy; others that use the template keep it.
    if (!users.empty()) {
        const bool selected_uses = desk_.selected() && std::ranges::find(users, *desk_.selected()) != users.end();
        copied_for_ = selected_uses ? *desk_.selected() : users.front();
    }
}

bool EditorTabs::save_and_run() {
    ScriptDocument* document = current();
    if (document == nullptr || ((document->is_modified() || !document->is_template()) && !save(*document))) {
        return false;
    }
    // Saving a file that no track plays must not change what a track plays.
    document->run(std::exchange(copied_for_, {}));
    refresh();
    return true;
}

bool EditorTabs::run() {
    ScriptDocument* document = current();
    if (document == nullptr || (document->is_modified() && !save(*document))) {
        return false;
    }
    const std::optional<std::uint32_t> copied_for = std::exchange(copied_for_, {});
    const bool ran = document->run(copied_for ? copied_for : desk_.selected());
    if (!ran) {
        desk_.tell(tr("There is no track to run it on: add one first (Ctrl+T)."));
    }
    refresh();
    return ran;
}

bool EditorTabs::save_as() {
    ScriptDocument* document = current();
    if (document == nullptr) {
        return false;
    }
    const QString folder = document->is_template() ? user_scripts_folder(desk_.hooks().scripts_folder)
                                                   : QFileInfo(document->path()).absolutePath();
    QDir().mkpath(folder);
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save script as"), folder + QLatin1Char('/') + QFileInfo(document->path()).fileName(), python_files);
    if (path.isEmpty()) {
        return false;
    }
    const QString before = document->path();
    const std::vector<std::uint32_t> users = document->tracks();
    document->move_to(path.endsWith(QLatin1String(".py")) ? path : path + QStringLiteral(".py"));
    if (!desk_.attempt([&] { document->save(); })) {
        document->move_to(before);
        return false;
    }
    watch();
    update_titles();
    for (const std::uint32_t track : users) {
        desk_.load_script(track, document->path().toStdString());
    }
    return true;
}

void EditorTabs::find() { find_bar_->open(current() == nullptr ? nullptr : &current()->editor()); }

void EditorTabs::find_again(bool forward) {
    if (find_bar_->isVisible()) {
        find_bar_->find(forward);
    } else {
        find();
    }
}

void EditorTabs::zoom(int steps) {
    zoom_ = steps == 0 ? 0 : std::clamp(zoom_ + steps, -6, 20);
    for (const auto& document : documents_) {
        document->editor().zoomTo(zoom_);
    }
}

void EditorTabs::close_tab(int index) {
    if (index < 0 || index >= static_cast<int>(documents_.size())) {
        return;
    }
    ScriptDocument& document = *documents_[static_cast<std::size_t>(index)];
    if (document.is_modified()) {
        const auto answer = QMessageBox::question(
            this, tr("Unsaved script"), tr("%1 has edits that are not saved.").arg(QFileInfo(document.path()).fileName()),
            QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel);
        if (answer == QMessageBox::Cancel || (answer == QMessageBox::Save && !save(document))) {
            return;
        }
    }
    drop(index);
}

void EditorTabs::close_current() { close_tab(tabs_->currentIndex()); }

void EditorTabs::close_unused() {
    for (int i = static_cast<int>(documents_.size()) - 1; i >= 0; --i) {
        const ScriptDocument& document = *documents_[static_cast<std::size_t>(i)];
        if (!document.is_modified() && document.tracks().empty()) {
            drop(i);
        }
    }
}

void EditorTabs::drop(int index) {
    ScriptDocument& document = *documents_[static_cast<std::size_t>(index)];
    find_bar_->set_editor(nullptr);
    stack_->removeWidget(&document.editor());
    documents_.erase(documents_.begin() + index);
    tabs_->removeTab(index);
    show_document(current());
}

void EditorTabs::new_script(std::uint32_t track) {
    desk_.attempt([&] {
        const QString path =
            free_path(user_scripts_folder(desk_.hooks().scripts_folder), QStringLiteral("script.py"));
        write_text(path, new_script_text());
        open(path);
        desk_.load_script(track, path.toStdString());
    });
}

void EditorTabs::open_for_track(std::uint32_t track) {
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Choose a script"), user_scripts_folder(desk_.hooks().scripts_folder), python_files);
    if (!path.isEmpty() && open(path) != nullptr) {
        desk_.load_script(track, path.toStdString());
    }
}

std::vector<ScriptDocument*> EditorTabs::unsaved() const {
    std::vector<ScriptDocument*> found;
    for (const auto& document : documents_) {
        if (document->is_modified()) {
            found.push_back(document.get());
        }
    }
    return found;
}

void EditorTabs::refresh() {
    for (const auto& document : documents_) {
        document->refresh();
    }
    show_selected_track();
    ScriptDocument* document = current();
    run_->setEnabled(document != nullptr && desk_.has_engine());
    if (document == nullptr) {
        standing_->clear();
        return;
    }
    const ScriptDocument::Standing standing = document->standing();
    const int room = width() - std::max(tabs_->sizeHint().width(), tabs_->minimumSizeHint().width()) - run_->width() - 48;
    const QString words = QStringLiteral("● ") + standing.words;
    standing_->setText(standing_->fontMetrics().elidedText(words, Qt::ElideRight, std::max(120, room)));
    standing_->setToolTip(standing.words);
    standing_->setAccessibleName(standing.words);
    set_kind(*standing_, kind_of(standing.kind));
}

void EditorTabs::show_selected_track() {
    const audio::TrackSnapshot* track = desk_.selected_track();
    const QString script = track == nullptr ? QString() : QString::fromStdString(track->settings.script);
    if (script != shown_script_) {
        shown_script_ = script;
        if (!script.isEmpty()) {
            open(script);
        }
    }
}

void EditorTabs::show_document(ScriptDocument* document) {
    stack_->setCurrentWidget(document == nullptr ? static_cast<QWidget*>(empty_) : &document->editor());
    stack_->setFocusProxy(document == nullptr ? nullptr : &document->editor());
    find_bar_->set_editor(document == nullptr ? nullptr : &document->editor());
}

void EditorTabs::update_titles() {
    for (std::size_t i = 0; i < documents_.size(); ++i) {
        tabs_->setTabText(static_cast<int>(i), documents_[i]->title());
        tabs_->setTabToolTip(static_cast<int>(i),
                             documents_[i]->path() + (documents_[i]->is_template() ? tr(" (factory)") : QString()));
    }
}

void EditorTabs::watch() {
    QStringList wanted;
    for (const auto& document : documents_) {
        if (QFileInfo::exists(document->path()) && !watcher_.files().contains(document->path())) {
            wanted << document->path();
        }
    }
    if (!wanted.isEmpty()) {
        watcher_.addPaths(wanted);
    }
}

void EditorTabs::file_changed(const QString& path) {
    watch();
    const int index = index_of(path);
    if (index < 0) {
        return;
    }
    ScriptDocument& document = *documents_[static_cast<std::size_t>(index)];
    desk_.attempt([&] {
        if (!QFileInfo::exists(path)) {
            document.editor().setModified(true);
            desk_.tell(tr("%1 is gone from the disk. Ctrl+S writes it again.").arg(path));
        } else if (document.changed_outside()) {
            if (document.is_modified()) {
                desk_.tell(tr("%1 was changed by another program while you edited it here. Saving asks which to keep.")
                               .arg(path));
            } else {
                document.reload();
                document.run({});
            }
        }
    });
}

void EditorTabs::script_requested(std::uint32_t track, const QString& path) {
    errors_.erase(QFileInfo(path).canonicalFilePath());
    if (const int index = index_of(path); index >= 0) {
        documents_[static_cast<std::size_t>(index)]->expect_load(track);
    }
}

void EditorTabs::hear(const ConsoleEntry& entry) {
    if (entry.kind == ConsoleEntry::Kind::error && !entry.file.isEmpty()) {
        errors_[QFileInfo(entry.file).canonicalFilePath()] = entry;
    }
    for (const auto& document : documents_) {
        document->hear(entry);
    }
}

}  // namespace outboard::ui
