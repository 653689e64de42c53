#include "ui/console.h"

#include <QFileInfo>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QScrollBar>
#include <QTextBlock>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/child.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

QTextCharFormat plain(const QColor& colour) {
    QTextCharFormat format;
    format.setForeground(colour);
    return format;
}

QToolButton* heading_button(const QString& words, const QString& tip, QWidget* parent) {
    auto* button = child<QToolButton>(parent);
    button->setProperty("kind", "heading");
    button->setFont(room_font());
    button->setText(words);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

}  // namespace

ConsoleView::ConsoleView(QWidget* parent) : QPlainTextEdit(parent) {
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setFrameShape(QFrame::NoFrame);
    setMaximumBlockCount(static_cast<int>(Console::capacity));
    setFont(code_font());
    QFont small = code_font();
    small.setPixelSize(12);
    document()->setDefaultFont(small);
    document()->setDocumentMargin(4);
    setLineWrapMode(QPlainTextEdit::WidgetWidth);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setAccessibleName(tr("Console"));
    viewport()->setMouseTracking(true);
}

void ConsoleView::append(const ConsoleEntry& entry) {
    using Kind = ConsoleEntry::Kind;
    const Theme& t = theme();
    QTextCursor cursor(document());
    cursor.movePosition(QTextCursor::End);
    if (!document()->isEmpty()) {
        cursor.insertBlock();
    }
    cursor.insertText(entry.position.rightJustified(9) + QLatin1Char(' '), plain(t.quiet));
    if (!entry.who.isEmpty()) {
        cursor.insertText(entry.who + QLatin1Char(' '), plain(t.quiet));
    }
    const QColor colour = entry.kind == Kind::error     ? t.red
                          : entry.kind == Kind::warning ? t.yellow
                          : entry.kind == Kind::notice  ? t.quiet
                                                        : t.text;
    // A block per line: the cap counts blocks, and a traceback stays readable.
    cursor.insertText(entry.text, plain(colour));
    if (entry.line > 0 && !entry.file.isEmpty()) {
        QTextCharFormat link = plain(colour);
        link.setAnchor(true);
        link.setAnchorHref(QStringLiteral("%1:%2").arg(entry.file).arg(entry.line));
        link.setFontUnderline(true);
        cursor.insertText(QStringLiteral("  "), plain(colour));
        cursor.insertText(QStringLiteral("%1:%2").arg(QFileInfo(entry.file).fileName()).arg(entry.line), link);
    }
}

void ConsoleView::mouseMoveEvent(QMouseEvent* event) {
    viewport()->setCursor(anchorAt(event->pos()).isEmpty() ? Qt::IBeamCursor : Qt::PointingHandCursor);
    QPlainTextEdit::mouseMoveEvent(event);
}

void ConsoleView::mouseReleaseEvent(QMouseEvent* event) {
    QPlainTextEdit::mouseReleaseEvent(event);
    const QString target = anchorAt(event->pos());
    const qsizetype colon = target.lastIndexOf(QLatin1Char(':'));
    if (event->button() == Qt::LeftButton && colon > 0 && !textCursor().hasSelection()) {
        emit link_clicked(target.left(colon), target.mid(colon + 1).toInt());
    }
}

void ConsoleView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space) {
        event->ignore();  // play and stop, not a page down
    } else {
        QPlainTextEdit::keyPressEvent(event);
    }
}

Console::Console(Desk& desk, QWidget* parent) : QWidget(parent), desk_(desk) {
    setProperty("kind", "room");
    auto* rows = child<QVBoxLayout>(this);
    rows->setContentsMargins(8, 0, 0, 4);
    view_ = child<ConsoleView>(this);
    view_->setPlaceholderText(tr("What scripts print appears here, with the place in the song."));
    rows->addWidget(view_);
    filter_button_ = heading_button(tr("ALL TRACKS ▾"), tr("Show one track only"), this);
    filter_button_->setPopupMode(QToolButton::InstantPopup);
    auto* menu = child<QMenu>(filter_button_);
    filter_button_->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &Console::fill_filter_menu);
    clear_button_ = heading_button(tr("CLEAR"), tr("Clear the console"), this);
    connect(clear_button_, &QToolButton::clicked, this, &Console::clear);
    connect(view_, &ConsoleView::link_clicked, this, &Console::link_clicked);
    connect(&desk, &Desk::entry_added, this, &Console::add);
    connect(&desk, &Desk::engine_changed, this, [this] { set_filter({}); });
    setMinimumSize(200, 60);
}

std::vector<QWidget*> Console::heading_widgets() const {
    return {filter_button_, clear_button_};
}

void Console::clear() {
    entries_.clear();
    pending_.clear();
    view_->clear();
}

void Console::set_filter(std::optional<std::uint32_t> track) {
    const audio::TrackSnapshot* one = track ? desk_.track(*track) : nullptr;
    filter_ = one == nullptr ? std::nullopt : track;
    filter_button_->setText((one == nullptr ? tr("ALL TRACKS") : QString::fromStdString(one->settings.name).toUpper()) +
                            tr(" ▾"));
    redraw();
}

void Console::add(const ConsoleEntry& entry) {
    entries_.push_back(entry);
    while (entries_.size() > capacity) {
        entries_.pop_front();
    }
    if (!shows(entry)) {
        return;
    }
    // A thousand prints of one step become one change of the text.
    if (pending_.empty()) {
        QTimer::singleShot(0, this, &Console::flush);
    }
    pending_.push_back(entry);
}

void Console::flush() {
    const bool at_end = view_->verticalScrollBar()->value() >= view_->verticalScrollBar()->maximum() - 4;
    const std::size_t skip = pending_.size() > capacity ? pending_.size() - capacity : 0;
    QTextCursor all(view_->document());
    all.beginEditBlock();
    for (std::size_t i = skip; i < pending_.size(); ++i) {
        view_->append(pending_[i]);
    }
    all.endEditBlock();
    pending_.clear();
    if (at_end) {
        view_->verticalScrollBar()->setValue(view_->verticalScrollBar()->maximum());
    }
}

void Console::redraw() {
    pending_.clear();
    view_->clear();
    for (const ConsoleEntry& entry : entries_) {
        if (shows(entry)) {
            pending_.push_back(entry);
        }
    }
    flush();
}

bool Console::shows(const ConsoleEntry& entry) const {
    return !filter_ || entry.track == filter_;
}

void Console::fill_filter_menu() {
    QMenu* menu = filter_button_->menu();
    menu->clear();
    connect(menu->addAction(tr("All tracks")), &QAction::triggered, this, [this] { set_filter({}); });
    menu->addSeparator();
    for (const audio::TrackSnapshot& track : desk_.snapshot().tracks) {
        connect(menu->addAction(QString::fromStdString(track.settings.name)), &QAction::triggered, this,
                [this, id = track.id] { set_filter(id); });
    }
}

}  // namespace outboard::ui
