#include "ui/panel_meter.h"

#include <QPainter>

#include "ui/theme.h"
#include "ui/value_control.h"

namespace outboard::ui {

PanelMeter::PanelMeter(const scripting::Parameter& parameter, QWidget* parent)
    : QWidget(parent), parameter_(parameter) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAccessibleName(QString::fromStdString(parameter.name));
    setToolTip(tr("%1: %2 … %3, shown by the script")
                   .arg(accessibleName(), parameter_text(parameter, parameter.minimum),
                        parameter_text(parameter, parameter.maximum)));
}

void PanelMeter::show_value(double value) {
    if (value != parameter_.value) {
        parameter_.value = value;
        update();
    }
}

void PanelMeter::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(caption_font());
    const QFontMetrics metrics(caption_font());
    const QString value_text = parameter_text(parameter_, parameter_.value);
    const QRect words(0, 2, width(), 16);
    painter.setPen(theme().text);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(QString::fromStdString(parameter_.name), Qt::ElideRight,
                                        words.width() - metrics.horizontalAdvance(value_text) - 8));
    painter.setPen(theme().quiet);
    painter.drawText(words, Qt::AlignRight | Qt::AlignVCenter, value_text);
    const QRectF way(0, 32, width(), 8);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().line);
    painter.drawRoundedRect(way, 3, 3);
    const double share = scripting::position_of(parameter_, parameter_.value);
    if (share > 0) {
        painter.setBrush(theme().amber);
        painter.drawRoundedRect(QRectF(way.left(), way.top(), way.width() * share, way.height()), 3, 3);
    }
}

}  // namespace outboard::ui
