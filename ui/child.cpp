#include "ui/child.h"

#include <QStyle>

namespace outboard::ui {

void set_kind(QWidget& widget, const char* kind) {
    const QString value = QString::fromLatin1(kind);
    if (widget.property("kind").toString() == value) {
        return;
    }
    widget.setProperty("kind", value);
    widget.style()->unpolish(&widget);
    widget.style()->polish(&widget);
}

}  // namespace outboard::ui
