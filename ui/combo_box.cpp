#include "ui/combo_box.h"

#include <QPainter>
#include <QWheelEvent>

#include "ui/theme.h"

namespace outboard::ui {

void ComboBox::paintEvent(QPaintEvent* event) {
    QComboBox::paintEvent(event);
    QPainter painter(this);
    painter.setPen(theme().quiet);
    painter.drawText(rect().adjusted(0, 0, -8, 0), Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("▾"));
}

void ComboBox::wheelEvent(QWheelEvent* event) {
    // Turning the wheel over a row of controls must not change those that are only passed by.
    if (hasFocus()) {
        QComboBox::wheelEvent(event);
    } else {
        event->ignore();
    }
}

}  // namespace outboard::ui
