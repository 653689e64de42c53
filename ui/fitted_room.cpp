#include "ui/fitted_room.h"

#include <QFrame>
#include <QLayout>
#include <QScrollArea>

#include <algorithm>

#include "ui/child.h"

namespace outboard::ui {
namespace {

constexpr int rule_height = 1;

}  // namespace

FittedRoom::FittedRoom(QWidget* parent) : QWidget(parent) {
    setProperty("kind", "room");
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    rule_ = child<QFrame>(this);
    rule_->setProperty("kind", "rule");
    scroll_ = child<QScrollArea>(this);
    scroll_->setWidgetResizable(true);
    scroll_->setFocusPolicy(Qt::NoFocus);
}

void FittedRoom::set_content(QWidget* content) {
    scroll_->setWidget(content);
}

int FittedRoom::heightForWidth(int width) const {
    const QLayout* const layout = scroll_->widget()->layout();
    const int wanted = layout->hasHeightForWidth() ? layout->totalHeightForWidth(width) : layout->sizeHint().height();
    return std::clamp(wanted + rule_height, least_height(), std::max(least_height(), most_height()));
}

QSize FittedRoom::sizeHint() const {
    return {200, std::max(least_height(), 1)};
}

void FittedRoom::fit() {
    const int wanted = heightForWidth(width());
    if (wanted != wanted_) {
        wanted_ = wanted;
        updateGeometry();
    }
}

// No layout of its own: a parent's layout would then ask that for the height.
void FittedRoom::resizeEvent(QResizeEvent*) {
    rule_->setGeometry(0, 0, width(), rule_height);
    scroll_->setGeometry(0, rule_height, width(), height() - rule_height);
}

}  // namespace outboard::ui
