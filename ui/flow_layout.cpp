#include "ui/flow_layout.h"

#include <algorithm>

namespace outboard::ui {

FlowLayout::FlowLayout(int across, int down, QWidget* parent) : QLayout(parent), across_(across), down_(down) {
    setContentsMargins(0, 0, 0, 0);
}

FlowLayout::~FlowLayout() = default;

void FlowLayout::addItem(QLayoutItem* item) {
    items_.emplace_back(item);
    invalidate();
}

QLayoutItem* FlowLayout::itemAt(int index) const {
    return index >= 0 && index < count() ? items_[static_cast<std::size_t>(index)].get() : nullptr;
}

QLayoutItem* FlowLayout::takeAt(int index) {
    if (index < 0 || index >= count()) {
        return nullptr;
    }
    QLayoutItem* const taken = items_[static_cast<std::size_t>(index)].release();
    items_.erase(items_.begin() + index);
    invalidate();
    return taken;
}

int FlowLayout::heightForWidth(int width) const {
    return arrange(QRect(0, 0, width, 0), false);
}

QSize FlowLayout::sizeHint() const {
    QSize all(0, 0);
    for (const auto& item : items_) {
        if (!item->isEmpty()) {
            const QSize one = item->sizeHint();
            all = QSize(all.width() + (all.width() > 0 ? across_ : 0) + one.width(),
                        std::max(all.height(), one.height()));
        }
    }
    return all;
}

QSize FlowLayout::minimumSize() const {
    QSize least(0, 0);
    for (const auto& item : items_) {
        least = item->isEmpty() ? least : least.expandedTo(item->minimumSize());
    }
    return least;
}

void FlowLayout::setGeometry(const QRect& rect) {
    QLayout::setGeometry(rect);
    arrange(rect, true);
}

int FlowLayout::arrange(const QRect& room, bool place) const {
    int x = 0, y = 0, line_height = 0;
    for (const auto& item : items_) {
        if (item->isEmpty()) {
            continue;
        }
        const int width = std::max(std::min(item->sizeHint().width(), room.width()), item->minimumSize().width());
        const int height = item->hasHeightForWidth() ? item->heightForWidth(width) : item->sizeHint().height();
        if (x > 0 && x + width > room.width()) {
            x = 0;
            y += line_height + down_;
            line_height = 0;
        }
        if (place) {
            item->setGeometry(QRect(room.left() + x, room.top() + y, width, height));
        }
        x += width + across_;
        line_height = std::max(line_height, height);
    }
    return y + line_height;
}

}  // namespace outboard::ui
