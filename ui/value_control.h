// ValueControl: what a knob and a slider have in common. Drag (Shift: fine), wheel, arrow keys (Shift: fine), Page Up
// and Down, Home, End; double click or Delete: the default. All go along the parameter's curve and land on its steps.
#pragma once

#include <QWidget>

#include <optional>

#include "scripting/script_slot.h"

namespace outboard::ui {

class ValueControl : public QWidget {
    Q_OBJECT

public:
    explicit ValueControl(const scripting::Parameter& parameter, QWidget* parent = nullptr);

    /// From the engine; ignored while it is dragged. No signal.
    void set_value(double value);
    [[nodiscard]] double value() const noexcept { return value_; }
    [[nodiscard]] const scripting::Parameter& parameter() const noexcept { return parameter_; }

signals:
    void changed(double value);  ///< by the user, inside the range and on its steps

protected:
    /// How much of the whole travel a drag by so many pixels is.
    [[nodiscard]] virtual double travel(const QPointF& moved) const = 0;
    /// Where on the travel a press goes to; nothing: it stays where it is.
    [[nodiscard]] virtual std::optional<double> pressed_position(const QPointF&) const { return std::nullopt; }

    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

    /// Where the value stands on the travel, 0..1.
    [[nodiscard]] double position() const noexcept { return scripting::position_of(parameter_, value_); }
    void draw_focus(QPainter& painter) const;

private:
    void user_sets(double value);
    void drag_to(double position);
    void nudge(double steps);  ///< wheel notches or arrow keys

    scripting::Parameter parameter_;
    double value_;
    bool dragging_ = false;
    double drag_at_ = 0;  ///< unrounded position under the drag
    QPointF drag_point_;
};

/// A value with its unit, as people read it: 0.5 of a "%" parameter whose range is 0..1 is "50 %".
[[nodiscard]] QString parameter_text(const scripting::Parameter& parameter, double value);

}  // namespace outboard::ui
