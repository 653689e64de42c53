#include "ui/room_dock.h"

#include <QHBoxLayout>
#include <QLabel>

#include "ui/child.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr int heading_height = 34;

/// A dock asks its heading for a hint and heeds nothing else.
class Heading : public QWidget {
public:
    using QWidget::QWidget;
    [[nodiscard]] QSize sizeHint() const override { return {QWidget::sizeHint().width(), heading_height}; }
    [[nodiscard]] QSize minimumSizeHint() const override {
        return {QWidget::minimumSizeHint().width(), heading_height};
    }
};

}  // namespace

RoomDock::RoomDock(const QString& name, QWidget* room, QWidget* parent) : QDockWidget(name, parent) {
    setObjectName(name);
    setFeatures(DockWidgetMovable | DockWidgetFloatable | DockWidgetClosable);
    heading_ = child<Heading>(this);
    heading_->setProperty("kind", "room");
    heading_->setAttribute(Qt::WA_StyledBackground);
    auto* line = child<QHBoxLayout>(heading_);
    line->setContentsMargins(14, 2, 8, 0);
    line->setSpacing(8);
    auto* title = child<QLabel>(name.toUpper(), heading_);
    title->setProperty("kind", "heading");
    title->setFont(room_font());
    detail_ = child<QLabel>(heading_);
    detail_->setProperty("kind", "heading");
    detail_->setFont(room_font());
    detail_->hide();
    line->addWidget(title);
    line->addWidget(detail_);
    line->addStretch();
    setTitleBarWidget(heading_);
    setWidget(room);
    room->setAttribute(Qt::WA_StyledBackground);
}

void RoomDock::set_detail(const QString& words) {
    detail_->setText(words);
    detail_->setVisible(!words.isEmpty());
}

void RoomDock::add_heading_widgets(const std::vector<QWidget*>& widgets) {
    auto* line = static_cast<QHBoxLayout*>(heading_->layout());
    for (QWidget* widget : widgets) {
        line->insertWidget(line->count() - 1, widget);
    }
}

}  // namespace outboard::ui
