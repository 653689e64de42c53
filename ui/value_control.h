// ValueControl: what a knob and a slider have in common. Wheel, arrow keys (Shift: fine), Page Up and Down, Home, End;
// double click or Delete: the default. All go along the parameter's curve and land on its steps.
#pragma once

#include <QWidget>

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
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

    void user_sets(double value);
    void begin_drag();
    /// Moves a drag by a share of the whole travel.
    void drag_by(double share);
    [[nodiscard]] bool dragging() const noexcept { return dragging_; }
    /// Where the value stands on the travel, 0..1.
    [[nodiscard]] double position() const noexcept { return scripting::position_of(parameter_, value_); }
    void draw_focus(QPainter& painter) const;

private:
    void nudge(double steps);  ///< wheel notches or arrow keys

    scripting::Parameter parameter_;
    double value_;
    bool dragging_ = false;
    double drag_at_ = 0;  ///< unrounded position under the drag
};

/// A value with its unit, as people read it: 0.5 of a "%" parameter whose range is 0..1 is "50 %".
[[nodiscard]] QString parameter_text(const scripting::Parameter& parameter, double value);

}  // namespace outboard::ui
