#include "ui/knob.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr double first_angle = 225, sweep = 270;  ///< degrees, clockwise from 7 to 5 o'clock
constexpr double pixels_of_range = 160;           ///< of a drag over the whole range
constexpr double diameter = 36;

int decimals_of(double range) {
    return range >= 100 ? 0 : range >= 10 ? 1 : 2;
}

}  // namespace

QString parameter_text(const scripting::Parameter& parameter, double value) {
    const bool share = parameter.unit == "%" && parameter.maximum <= 1.0;
    const double shown = share ? value * 100 : value;
    const bool whole = share || (parameter.step >= 1 && parameter.step == std::floor(parameter.step));
    const QString number = QString::number(shown, 'f', whole ? 0 : decimals_of(parameter.maximum - parameter.minimum));
    return parameter.unit.empty() ? number : number + QLatin1Char(' ') + QString::fromStdString(parameter.unit);
}

Knob::Knob(const scripting::Parameter& parameter, QWidget* parent)
    : QWidget(parent), parameter_(parameter), value_(parameter.value) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    const QString name = QString::fromStdString(parameter.name);
    setAccessibleName(name);
    setToolTip(tr("%1: %2 … %3. Drag, wheel or arrow keys; double click: %4")
                   .arg(name, parameter_text(parameter, parameter.minimum),
                        parameter_text(parameter, parameter.maximum), parameter_text(parameter, parameter.initial)));
}

void Knob::set_value(double value) {
    if (!dragging_ && value != value_) {
        value_ = value;
        update();
    }
}

void Knob::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF dial((width() - diameter) / 2.0, 4, diameter, diameter);
    const double range = parameter_.maximum - parameter_.minimum;
    const double share = range > 0 ? std::clamp((value_ - parameter_.minimum) / range, 0.0, 1.0) : 0.0;

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
    const QString name = metrics.elidedText(QString::fromStdString(parameter_.name), Qt::ElideRight, width());
    painter.drawText(QRect(0, 42, width(), 16), Qt::AlignCenter, name);
    painter.setPen(theme().quiet);
    painter.drawText(QRect(0, 57, width(), 16), Qt::AlignCenter, parameter_text(parameter_, value_));
    if (hasFocus()) {
        painter.setPen(QPen(theme().quiet, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    }
}

void Knob::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        dragging_ = true;
        drag_at_ = value_;
        drag_y_ = event->globalPosition().toPoint().y();
    } else {
        event->ignore();
    }
}

void Knob::mouseMoveEvent(QMouseEvent* event) {
    if (!dragging_) {
        return;
    }
    const int y = event->globalPosition().toPoint().y();
    const double fine = event->modifiers().testFlag(Qt::ShiftModifier) ? 0.1 : 1.0;
    const double range = parameter_.maximum - parameter_.minimum;
    drag_at_ =
        std::clamp(drag_at_ + (drag_y_ - y) / pixels_of_range * range * fine, parameter_.minimum, parameter_.maximum);
    drag_y_ = y;
    user_sets(drag_at_);
}

void Knob::mouseReleaseEvent(QMouseEvent*) {
    dragging_ = false;
}

void Knob::mouseDoubleClickEvent(QMouseEvent*) {
    dragging_ = false;
    user_sets(parameter_.initial);
}

void Knob::wheelEvent(QWheelEvent* event) {
    const double fine = event->modifiers().testFlag(Qt::ShiftModifier) && parameter_.step <= 0 ? 0.1 : 1.0;
    user_sets(value_ + event->angleDelta().y() / 120.0 * increment() * fine);
    event->accept();
}

void Knob::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Up:
        case Qt::Key_Right:
            user_sets(value_ + increment());
            return;
        case Qt::Key_Down:
        case Qt::Key_Left:
            user_sets(value_ - increment());
            return;
        case Qt::Key_PageUp:
            user_sets(value_ + 5 * increment());
            return;
        case Qt::Key_PageDown:
            user_sets(value_ - 5 * increment());
            return;
        case Qt::Key_Home:
            user_sets(parameter_.minimum);
            return;
        case Qt::Key_End:
            user_sets(parameter_.maximum);
            return;
        case Qt::Key_Delete:
        case Qt::Key_Backspace:
            user_sets(parameter_.initial);
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

void Knob::user_sets(double value) {
    double next = std::clamp(value, parameter_.minimum, parameter_.maximum);
    if (parameter_.step > 0) {
        const double steps = std::round((next - parameter_.minimum) / parameter_.step);
        next = std::min(parameter_.minimum + steps * parameter_.step, parameter_.maximum);
    }
    if (next != value_) {
        value_ = next;
        update();
        emit changed(value_);
    }
}

double Knob::increment() const noexcept {
    return parameter_.step > 0 ? parameter_.step : (parameter_.maximum - parameter_.minimum) / 50;
}

}  // namespace outboard::ui
