#include "ui/editor_tabs.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabBar>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/child.h"
#include "ui/find_bar.h"
#include "ui/swap_menu.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr int least_words = 64;  ///< px that words about the script need to say anything
constexpr int head_gap = 8, head_margin = 12;

const char* kind_of(ScriptDocument::Standing::Kind kind) {
    using Kind = ScriptDocument::Standing::Kind;
    switch (kind) {
        case Kind::runs:
            return "running";
        case Kind::error:
            return "failed";
        case Kind::loading:
        case Kind::waiting:
            return "warning";
        case Kind::edited:
        case Kind::unused:
        case Kind::bypassed:
            break;
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
    connect(&desk, &Desk::engine_changed, this, [this] { open_all_ = true; });
    connect(&desk, &Desk::entry_added, this, &EditorTabs::hear);
    connect(&desk, &Desk::script_wished, this, &EditorTabs::open);
    connect(&desk, &Desk::script_requested, this, &EditorTabs::script_requested);
    // Editors often replace a file by another one: look when that is over.
    connect(&watcher_, &QFileSystemWatcher::fileChanged, this,
            [this](const QString& path) { QTimer::singleShot(150, this, [this, path] { file_changed(path); }); });
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
    line->setContentsMargins(0, 0, head_margin, 0);
    line->setSpacing(head_gap);
    tabs_ = child<QTabBar>(head);
    tabs_->setExpanding(false);
    tabs_->setDrawBase(false);
    tabs_->setElideMode(Qt::ElideNone);
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
    swap_ = child<QToolButton>(head);
    swap_->setProperty("kind", "link");
    swap_->setFont(caption_font());
    swap_->setPopupMode(QToolButton::InstantPopup);
    swap_->setMenu(child<SwapMenu>(desk_, swap_));
    swap_->setFocusPolicy(Qt::TabFocus);
    swap_->setAccessibleName(tr("When a saved script takes over"));
    swap_->setToolTip(tr("When a saved script takes over from the one that plays"));
    run_ = child<QPushButton>(tr("Run  F5"), head);
    run_->setProperty("kind", "go");
    run_->setFocusPolicy(Qt::TabFocus);
    run_->setToolTip(tr("Save what is edited and run it (F5, Ctrl+S)"));
    run_->setFixedHeight(26);
    connect(run_, &QPushButton::clicked, this, &EditorTabs::run);
    line->addWidget(tabs_, 1);
    line->addWidget(standing_);
    line->addWidget(swap_);
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
    return index < 0 || index >= static_cast<int>(documents_.size())
               ? nullptr
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

void EditorTabs::find() {
    find_bar_->open(current() == nullptr ? nullptr : &current()->editor());
}

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
        const auto answer =
            QMessageBox::question(this, tr("Unsaved script"),
                                  tr("%1 has edits that are not saved.").arg(QFileInfo(document.path()).fileName()),
                                  QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel);
        if (answer == QMessageBox::Cancel || (answer == QMessageBox::Save && !save(document))) {
            return;
        }
    }
    drop(index);
}

void EditorTabs::close_current() {
    close_tab(tabs_->currentIndex());
}

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
    if (standing_pace_.due()) {
        show_standing();
    }
}

void EditorTabs::show_standing() {
    ScriptDocument* document = current();
    run_->setEnabled(document != nullptr && desk_.has_engine());
    swap_->setEnabled(desk_.has_engine());
    swap_->setText(swap_words(desk_.snapshot().swap) + QStringLiteral(" ▾"));
    if (document == nullptr) {
        standing_->clear();
        return;
    }
    const ScriptDocument::Standing standing = document->standing();
    // Where the tabs leave no room for both, the words stay: the moment is in the menu, too. Where there is none for
    // the words, the lamp alone says it; they are its tooltip.
    const QString words = QStringLiteral("● ") + standing.words;
    const int beside_run = width() - tabs_->sizeHint().width() - run_->sizeHint().width() - 2 * head_gap - head_margin;
    const int beside_swap = beside_run - swap_->sizeHint().width() - head_gap;
    const bool both = standing_->fontMetrics().horizontalAdvance(words) <= beside_swap;
    swap_->setVisible(both);
    const int room = both ? beside_swap : beside_run;
    standing_->setText(room < least_words ? words.left(1)
                                          : standing_->fontMetrics().elidedText(words, Qt::ElideRight, room));
    standing_->setToolTip(standing.words);
    standing_->setAccessibleName(standing.words);
    set_kind(*standing_, kind_of(standing.kind));
}

void EditorTabs::open_scripts() {
    open_all_ = false;
    for (const audio::TrackSnapshot& track : desk_.snapshot().tracks) {
        for (const std::string& script : track.settings.scripts()) {
            open(QString::fromStdString(script));
        }
    }
    shown_script_.clear();
}

void EditorTabs::show_selected_track() {
    if (open_all_ && !desk_.snapshot().tracks.empty()) {
        open_scripts();
    }
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
    show_standing();
}

void EditorTabs::update_titles() {
    for (std::size_t i = 0; i < documents_.size(); ++i) {
        tabs_->setTabText(static_cast<int>(i), documents_[i]->title());
        tabs_->setTabToolTip(static_cast<int>(i),
                             documents_[i]->path() + (documents_[i]->is_template() ? tr(" (factory)") : QString()));
    }
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
