#include "ui/drag_value.h"

#include <QEvent>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

#include "ui/child.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {
constexpr double pixels_per_step = 3;
}

DragValue::DragValue(Range range, QWidget* parent) : QWidget(parent), range_(range), value_(range.initial) {
    setFocusPolicy(Qt::TabFocus);
    setCursor(Qt::SizeVerCursor);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    words_ = [decimals = range.decimals](double value) { return QString::number(value, 'f', decimals); };
    samples_ = {words_(range.minimum), words_(range.maximum)};
}

void DragValue::set_value(double value) {
    if (!dragging_ && editor_ == nullptr && value != value_) {
        value_ = value;
        update();
    }
}

void DragValue::set_words(std::function<QString(double)> words, const QStringList& samples) {
    words_ = std::move(words);
    samples_ = samples;
    updateGeometry();
    update();
}

void DragValue::set_alignment(Qt::Alignment alignment) {
    alignment_ = alignment;
    update();
}

void DragValue::set_raised(bool raised) {
    raised_ = raised;
    update();
}

QSize DragValue::sizeHint() const {
    int width = 0;
    for (const QString& sample : samples_) {
        width = std::max(width, fontMetrics().horizontalAdvance(sample));
    }
    return {width + 8, fontMetrics().height() + 4};
}

void DragValue::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (raised_ || hasFocus() || underMouse()) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(hasFocus() ? QPen(theme().quiet) : QPen(Qt::NoPen));
        painter.setBrush(theme().raised);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    }
    painter.setPen(isEnabled() ? theme().text : theme().slate);
    painter.drawText(rect().adjusted(4, 0, -4, 0), static_cast<int>(alignment_ | Qt::AlignVCenter), words_(value_));
}

void DragValue::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) {
        event->ignore();
        return;
    }
    dragging_ = true;
    drag_from_ = value_;
    drag_y_ = event->globalPosition().toPoint().y();
}

void DragValue::mouseMoveEvent(QMouseEvent* event) {
    if (dragging_) {
        const double fine = event->modifiers().testFlag(Qt::ShiftModifier) ? 0.1 : 1.0;
        const double steps = (drag_y_ - event->globalPosition().toPoint().y()) / pixels_per_step;
        const double moved = std::round(steps * fine * 10) / 10 * range_.step;
        if (moved != 0 || value_ != drag_from_) {
            user_sets(drag_from_ + moved);
        }
    }
}

void DragValue::mouseReleaseEvent(QMouseEvent*) {
    dragging_ = false;
}

void DragValue::mouseDoubleClickEvent(QMouseEvent*) {
    dragging_ = false;
    emit reset_wished();
}

void DragValue::wheelEvent(QWheelEvent* event) {
    user_sets(value_ + event->angleDelta().y() / 120.0 * range_.step);
    event->accept();
}

void DragValue::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Up:
            user_sets(value_ + range_.step);
            return;
        case Qt::Key_Down:
            user_sets(value_ - range_.step);
            return;
        case Qt::Key_PageUp:
            user_sets(value_ + 10 * range_.step);
            return;
        case Qt::Key_PageDown:
            user_sets(value_ - 10 * range_.step);
            return;
        case Qt::Key_Delete:
            emit reset_wished();
            return;
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_F2:
            begin_typing(QString::number(value_, 'f', range_.decimals));
            return;
        default:
            break;
    }
    const QString text = event->text();
    if (!text.isEmpty() && (text[0].isDigit() || text[0] == QLatin1Char('-'))) {
        begin_typing(text);
        return;
    }
    QWidget::keyPressEvent(event);
}

void DragValue::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        updateGeometry();
    }
    QWidget::changeEvent(event);
}

void DragValue::user_sets(double value) {
    const double clamped = std::clamp(value, range_.minimum, range_.maximum);
    const double scale = std::pow(10.0, range_.decimals);
    const double rounded = std::round(clamped * scale) / scale;
    if (rounded != value_) {
        value_ = rounded;
        update();
        emit changed(value_);
    }
}

void DragValue::begin_typing(const QString& text) {
    if (editor_ != nullptr) {
        return;
    }
    editor_ = child<QLineEdit>(text, this);
    editor_->setAccessibleName(accessibleName());
    editor_->setStyleSheet(QStringLiteral("padding: 0 2px;"));
    editor_->setGeometry(rect());
    editor_->setAlignment(Qt::AlignCenter);
    connect(editor_, &QLineEdit::editingFinished, this, [this] { end_typing(true); });
    editor_->show();
    editor_->setFocus();
}

void DragValue::end_typing(bool keep) {
    if (editor_ == nullptr) {
        return;
    }
    QLineEdit* done = std::exchange(editor_, nullptr);
    bool is_number = false;
    const double typed = done->text().replace(QLatin1Char(','), QLatin1Char('.')).toDouble(&is_number);
    done->deleteLater();
    if (keep && is_number) {
        user_sets(typed);
    }
    update();
}

}  // namespace outboard::ui
