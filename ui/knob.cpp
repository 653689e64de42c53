#include "ui/knob.h"

#include <QPainter>

#include <cmath>

#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr double first_angle = 225, sweep = 270;  ///< degrees, clockwise from 7 to 5 o'clock
constexpr double pixels_of_range = 160;           ///< of a drag over the whole range
constexpr double diameter = 36;

}  // namespace

void Knob::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF dial((width() - diameter) / 2.0, 4, diameter, diameter);
    const double share = position();

    const auto arc = [&](const QColor& colour, double part) {
        painter.setPen(QPen(colour, 3.5, Qt::SolidLine, Qt::RoundCap));
        painter.drawArc(dial, static_cast<int>(first_angle * 16), static_cast<int>(-sweep * part * 16));
    };
    arc(theme().line, 1.0);
    arc(theme().amber, share);

    const double angle = (first_angle - sweep * share) * 3.14159265358979 / 180.0;
    const QPointF direction(std::cos(angle), -std::sin(angle));
    painter.setPen(QPen(theme().text, 2, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(dial.center() + direction * 3, dial.center() + direction * (diameter / 2 - 5));

    painter.setFont(caption_font());
    const QFontMetrics metrics(caption_font());
    painter.setPen(theme().text);
    const QString name = metrics.elidedText(QString::fromStdString(parameter().name), Qt::ElideRight, width());
    painter.drawText(QRect(0, 42, width(), 16), Qt::AlignCenter, name);
    painter.setPen(theme().quiet);
    painter.drawText(QRect(0, 57, width(), 16), Qt::AlignCenter, parameter_text(parameter(), value()));
    draw_focus(painter);
}

double Knob::travel(const QPointF& moved) const {
    return -moved.y() / pixels_of_range;
}

}  // namespace outboard::ui
