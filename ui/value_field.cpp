#include "ui/value_field.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/theme.h"
#include "ui/value_control.h"

namespace outboard::ui {

ValueField::ValueField(std::vector<scripting::Parameter> values, double inset, QWidget* parent)
    : QWidget(parent), values_(std::move(values)), inset_(inset) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(QString::fromStdString(values_.front().text));
}

void ValueField::show_values(const scripting::Parameter* values) {
    bool moved = false;
    for (std::size_t i = 0; i < values_.size() && !drawing_; ++i) {
        moved = moved || values_[i].value != values[i].value;
        values_[i].value = values[i].value;
    }
    if (moved) {
        update();
    }
}

void ValueField::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        drawing_ = true;
        draw_to(event->position());
    } else {
        event->ignore();
    }
}

void ValueField::mouseMoveEvent(QMouseEvent* event) {
    if (drawing_) {
        draw_to(event->position());
    }
}

void ValueField::mouseReleaseEvent(QMouseEvent*) {
    drawing_ = false;
}

void ValueField::mouseDoubleClickEvent(QMouseEvent*) {
    to_initial();
}

void ValueField::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace) {
        to_initial();
    } else {
        QWidget::keyPressEvent(event);
    }
}

void ValueField::user_sets(std::size_t index, double position) {
    scripting::Parameter& one = values_[index];
    const double next = scripting::value_at(one, position);
    if (next != one.value) {
        one.value = next;
        update();
        emit changed(QString::fromStdString(one.id), next);
    }
}

void ValueField::nudge(std::size_t index, double steps) {
    const scripting::Parameter& one = values_[index];
    const double range = one.maximum - one.minimum;
    const double step = one.step > 0 && range > 0 ? one.step / range : 0.05;
    user_sets(index, scripting::position_of(one, one.value) + steps * step);
}

void ValueField::draw_frame(QPainter& painter) const {
    painter.setPen(QPen(hasFocus() ? theme().quiet : theme().line, 1));
    painter.setBrush(theme().card);
    painter.drawRoundedRect(frame(), radius, radius);
}

void ValueField::draw_caption(QPainter& painter, const QString& right) const {
    painter.setFont(caption_font());
    const QFontMetrics metrics(caption_font());
    const QRect words(0, 2, width(), 16);
    const int room = words.width() - metrics.horizontalAdvance(right) - 8;
    painter.setPen(theme().text);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(QString::fromStdString(values_.front().text), Qt::ElideRight, room));
    painter.setPen(theme().quiet);
    painter.drawText(words, Qt::AlignRight | Qt::AlignVCenter, right);
}

// ---- a table -------------------------------------------------------------------------------------------------------

StepTable::StepTable(std::vector<scripting::Parameter> values, QWidget* parent)
    : ValueField(std::move(values), 3, parent) {
    const scripting::Parameter& one = values_.front();
    setToolTip(tr("%1: %2 values, %3 … %4. Draw with the mouse; left and right choose one, up and down change it; "
                  "double click: its default")
                   .arg(QString::fromStdString(one.text))
                   .arg(values_.size())
                   .arg(parameter_text(one, one.minimum), parameter_text(one, one.maximum)));
}

QSize StepTable::sizeHint() const {
    return {std::clamp(static_cast<int>(values_.size()) * 14, 112, 448), 80};
}

QSize StepTable::minimumSizeHint() const {
    return {112, 80};
}

QRectF StepTable::bar_rect(std::size_t index) const {
    const double each = inside().width() / static_cast<double>(values_.size());
    return {inside().left() + each * static_cast<double>(index), inside().top(), each, inside().height()};
}

std::size_t StepTable::bar_at(const QPointF& point) const {
    const double share = (point.x() - inside().left()) / inside().width();
    const auto count = static_cast<double>(values_.size());
    return static_cast<std::size_t>(std::clamp(std::floor(share * count), 0.0, count - 1));
}

QVariant StepTable::inputMethodQuery(Qt::InputMethodQuery query) const {
    return query == Qt::ImCursorRectangle ? QVariant(bar_rect(at_).toRect()) : QWidget::inputMethodQuery(query);
}

void StepTable::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    draw_frame(painter);
    const QColor chosen = readable(theme().amber_pale, theme().card, 3.0);
    painter.setPen(Qt::NoPen);
    for (std::size_t i = 0; i < values_.size(); ++i) {
        const scripting::Parameter& one = values_[i];
        const QRectF column = bar_rect(i);
        const double gap = column.width() >= 6 ? 1 : 0;
        const double zero = scripting::position_of(one, std::clamp(0.0, one.minimum, one.maximum));
        const double here = scripting::position_of(one, one.value);
        const double top = column.bottom() - column.height() * std::max(zero, here);
        const double height = std::max(column.height() * std::abs(here - zero), 1.5);
        painter.setBrush(hasFocus() && i == at_ ? chosen : theme().amber);
        painter.drawRoundedRect(QRectF(column.left() + gap, top, column.width() - 2 * gap, height), 1.5, 1.5);
    }
    draw_caption(painter, hasFocus() || drawing_ ? QStringLiteral("%1: %2").arg(at_ + 1).arg(
                                                       parameter_text(values_[at_], values_[at_].value))
                                                 : QString());
}

void StepTable::draw_to(const QPointF& point) {
    at_ = bar_at(point);
    user_sets(at_, (inside().bottom() - point.y()) / inside().height());
    update();
}

void StepTable::to_initial() {
    user_sets(at_, scripting::position_of(values_[at_], values_[at_].initial));
}

void StepTable::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
            at_ = at_ == 0 ? 0 : at_ - 1;
            update();
            return;
        case Qt::Key_Right:
            at_ = std::min(at_ + 1, values_.size() - 1);
            update();
            return;
        case Qt::Key_Up:
            nudge(at_, 1);
            return;
        case Qt::Key_Down:
            nudge(at_, -1);
            return;
        case Qt::Key_Home:
            user_sets(at_, 0);
            return;
        case Qt::Key_End:
            user_sets(at_, 1);
            return;
        default:
            ValueField::keyPressEvent(event);
    }
}

// ---- a point -------------------------------------------------------------------------------------------------------

XyPad::XyPad(std::vector<scripting::Parameter> values, QWidget* parent) : ValueField(std::move(values), 6, parent) {
    setToolTip(tr("%1: %2 to the right, %3 upwards. Drag or arrow keys; double click: the default")
                   .arg(QString::fromStdString(values_[0].text), QString::fromStdString(values_[0].name),
                        QString::fromStdString(values_[1].name)));
}

void XyPad::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    draw_frame(painter);
    const QPointF point(inside().left() + inside().width() * values_[0].value,
                        inside().bottom() - inside().height() * values_[1].value);
    painter.setPen(QPen(theme().line, 1));
    painter.drawLine(QPointF(point.x(), frame().top() + 1), QPointF(point.x(), frame().bottom() - 1));
    painter.drawLine(QPointF(frame().left() + 1, point.y()), QPointF(frame().right() - 1, point.y()));
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().amber);
    painter.drawEllipse(point, 5, 5);
    draw_caption(painter, QStringLiteral("%1 %2").arg(values_[0].value, 0, 'f', 2).arg(values_[1].value, 0, 'f', 2));
}

void XyPad::draw_to(const QPointF& point) {
    user_sets(0, (point.x() - inside().left()) / inside().width());
    user_sets(1, (inside().bottom() - point.y()) / inside().height());
}

void XyPad::to_initial() {
    user_sets(0, values_[0].initial);
    user_sets(1, values_[1].initial);
}

void XyPad::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
            nudge(0, -1);
            return;
        case Qt::Key_Right:
            nudge(0, 1);
            return;
        case Qt::Key_Up:
            nudge(1, 1);
            return;
        case Qt::Key_Down:
            nudge(1, -1);
            return;
        default:
            ValueField::keyPressEvent(event);
    }
}

}  // namespace outboard::ui
