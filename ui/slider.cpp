#include "ui/slider.h"

#include <QPainter>

#include "ui/theme.h"

namespace outboard::ui {

QRectF Slider::line() const {
    return {10, 34, width() - 20.0, 4};
}

void Slider::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(caption_font());
    const QFontMetrics metrics(caption_font());
    const QString value_text = parameter_text(parameter(), value());
    const int value_width = metrics.horizontalAdvance(value_text);
    const QRect words(4, 5, width() - 8, 16);
    painter.setPen(theme().text);
    painter.drawText(
        words, Qt::AlignLeft | Qt::AlignVCenter,
        metrics.elidedText(QString::fromStdString(parameter().name), Qt::ElideRight, words.width() - value_width - 8));
    painter.setPen(theme().quiet);
    painter.drawText(words, Qt::AlignRight | Qt::AlignVCenter, value_text);

    const QRectF way = line();
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().line);
    painter.drawRoundedRect(way, 2, 2);
    painter.setBrush(theme().amber);
    painter.drawRoundedRect(QRectF(way.left(), way.top(), way.width() * position(), way.height()), 2, 2);
    painter.setBrush(theme().text);
    painter.drawEllipse(QPointF(way.left() + way.width() * position(), way.center().y()), 6, 6);
    draw_focus(painter);
}

double Slider::travel(const QPointF& moved) const {
    return moved.x() / line().width();
}

std::optional<double> Slider::pressed_position(const QPointF& point) const {
    const QRectF way = line();
    return way.adjusted(-8, -10, 8, 10).contains(point) ? std::optional((point.x() - way.left()) / way.width())
                                                        : std::nullopt;
}

}  // namespace outboard::ui
