#include "ui/watch_strip.h"

#include <QHBoxLayout>
#include <QHelpEvent>
#include <QLabel>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

#include "ui/child.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr int least_cell = 160;  ///< width of a name and its value
constexpr int row_height = 18, most_rows = 4, margin = 8;

int columns_of(int width) {
    return std::max(1, width / least_cell);
}

}  // namespace

WatchTable::WatchTable(QWidget* parent) : QWidget(parent) {
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Watched values"));
}

void WatchTable::show_values(const std::vector<scripting::WatchedValue>& values) {
    if (values == values_) {
        return;
    }
    if (values.size() != values_.size()) {
        updateGeometry();
    }
    values_ = values;
    update();
}

QRect WatchTable::cell_rect(std::size_t index) const {
    const auto columns = static_cast<std::size_t>(columns_of(width()));
    const int each = width() / static_cast<int>(columns);
    return {static_cast<int>(index % columns) * each, static_cast<int>(index / columns) * row_height, each, row_height};
}

int WatchTable::heightForWidth(int width) const {
    const int columns = columns_of(width);
    return (static_cast<int>(values_.size()) + columns - 1) / columns * row_height;
}

QSize WatchTable::sizeHint() const {
    return {3 * least_cell, heightForWidth(3 * least_cell)};
}

QSize WatchTable::minimumSizeHint() const {
    return {least_cell, row_height};
}

void WatchTable::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setFont(caption_font());
    const QFontMetrics metrics(caption_font());
    for (std::size_t i = 0; i < values_.size(); ++i) {
        const QRect cell = cell_rect(i).adjusted(0, 0, -12, 0);
        const QRect name(cell.left(), cell.top(), cell.width() * 9 / 20, cell.height());
        const QRect value(name.right() + 9, cell.top(), cell.right() - name.right() - 8, cell.height());
        const auto draw = [&](const QRect& place, const QColor& colour, const std::string& words) {
            painter.setPen(colour);
            painter.drawText(
                place, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                metrics.elidedText(QString::fromStdString(words).simplified(), Qt::ElideRight, place.width()));
        };
        draw(name, theme().quiet, values_[i].name);
        draw(value, theme().text, values_[i].text);
    }
}

bool WatchTable::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    for (std::size_t i = 0; i < values_.size(); ++i) {
        if (cell_rect(i).contains(help->pos())) {
            const auto& [name, text] = values_[i];
            const QString words = QString::fromStdString(name) + QStringLiteral(" = ") + QString::fromStdString(text);
            QToolTip::showText(help->globalPos(), QStringLiteral("<qt>%1</qt>").arg(words.toHtmlEscaped()), this,
                               cell_rect(i));
            return true;
        }
    }
    QToolTip::hideText();
    return true;
}

WatchStrip::WatchStrip(Desk& desk, QWidget* parent) : FittedRoom(parent), desk_(desk) {
    auto* room = child<QWidget>(this);
    auto* line = child<QHBoxLayout>(room);
    line->setContentsMargins(16, margin, 16, margin);
    line->setSpacing(16);
    auto* heading = child<QLabel>(tr("WATCH"), room);
    heading->setProperty("kind", "heading");
    heading->setFont(room_font());
    heading->setFixedHeight(row_height);
    line->addWidget(heading, 0, Qt::AlignTop);
    table_ = child<WatchTable>(room);
    line->addWidget(table_, 1, Qt::AlignTop);
    set_content(room);
    connect(&desk, &Desk::refreshed, this, &WatchStrip::refresh);
    connect(&desk, &Desk::selection_changed, this, &WatchStrip::refresh);
    refresh();
}

void WatchStrip::refresh() {
    const audio::TrackSnapshot* track = desk_.selected_track();
    table_->show_values(track == nullptr ? std::vector<scripting::WatchedValue>{} : track->watched);
    setVisible(!table_->values().empty());
    fit();
}

int WatchStrip::most_height() const {
    return most_rows * row_height + 2 * margin;
}

}  // namespace outboard::ui
