#include "ui/value_control.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr double nudges_of_travel = 50;

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

ValueControl::ValueControl(const scripting::Parameter& parameter, QWidget* parent)
    : QWidget(parent), parameter_(parameter), value_(parameter.value) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    const QString name = QString::fromStdString(parameter.name);
    setAccessibleName(name);
    setToolTip(tr("%1: %2 … %3. Drag, wheel or arrow keys; double click: %4")
                   .arg(name, parameter_text(parameter, parameter.minimum),
                        parameter_text(parameter, parameter.maximum), parameter_text(parameter, parameter.initial)));
}

void ValueControl::set_value(double value) {
    if (!dragging_ && value != value_) {
        value_ = value;
        update();
    }
}

void ValueControl::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) {
        event->ignore();
        return;
    }
    dragging_ = true;
    drag_at_ = position();
    drag_point_ = event->globalPosition();
    if (const auto pressed = pressed_position(event->position())) {
        drag_to(*pressed);
    }
}

void ValueControl::mouseMoveEvent(QMouseEvent* event) {
    if (dragging_) {
        const double fine = event->modifiers().testFlag(Qt::ShiftModifier) ? 0.1 : 1.0;
        const QPointF moved = event->globalPosition() - drag_point_;
        drag_point_ = event->globalPosition();
        drag_to(drag_at_ + travel(moved) * fine);
    }
}

void ValueControl::drag_to(double position) {
    drag_at_ = std::clamp(position, 0.0, 1.0);
    user_sets(scripting::value_at(parameter_, drag_at_));
}

void ValueControl::mouseReleaseEvent(QMouseEvent*) {
    dragging_ = false;
}

void ValueControl::mouseDoubleClickEvent(QMouseEvent*) {
    dragging_ = false;
    user_sets(parameter_.initial);
}

void ValueControl::wheelEvent(QWheelEvent* event) {
    const double fine = event->modifiers().testFlag(Qt::ShiftModifier) && parameter_.step <= 0 ? 0.1 : 1.0;
    nudge(event->angleDelta().y() / 120.0 * fine);
    event->accept();
}

void ValueControl::keyPressEvent(QKeyEvent* event) {
    const double fine = event->modifiers().testFlag(Qt::ShiftModifier) && parameter_.step <= 0 ? 0.1 : 1.0;
    switch (event->key()) {
        case Qt::Key_Up:
        case Qt::Key_Right:
            nudge(fine);
            return;
        case Qt::Key_Down:
        case Qt::Key_Left:
            nudge(-fine);
            return;
        case Qt::Key_PageUp:
            nudge(5);
            return;
        case Qt::Key_PageDown:
            nudge(-5);
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

void ValueControl::nudge(double steps) {
    user_sets(parameter_.step > 0 ? value_ + steps * parameter_.step
                                  : scripting::value_at(parameter_, position() + steps / nudges_of_travel));
}

void ValueControl::user_sets(double value) {
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

void ValueControl::draw_focus(QPainter& painter) const {
    if (hasFocus()) {
        painter.setPen(QPen(theme().quiet, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    }
}

}  // namespace outboard::ui
