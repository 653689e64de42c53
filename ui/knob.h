// Knob: a value on an arc. Drag up and down (Shift: fine), wheel, arrow keys; double click or Delete: its default.
#pragma once

#include <QWidget>

#include "scripting/script_slot.h"

namespace outboard::ui {

class Knob : public QWidget {
    Q_OBJECT

public:
    explicit Knob(const scripting::Parameter& parameter, QWidget* parent = nullptr);

    /// From the engine; ignored while it is dragged. No signal.
    void set_value(double value);
    [[nodiscard]] double value() const noexcept { return value_; }
    [[nodiscard]] QSize sizeHint() const override { return {72, 76}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void changed(double value);  ///< by the user, inside the range and on its steps

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void user_sets(double value);
    [[nodiscard]] double increment() const noexcept;  ///< of one wheel notch or arrow key

    scripting::Parameter parameter_;
    double value_;
    bool dragging_ = false;
    double drag_at_ = 0;  ///< unrounded value under the drag
    int drag_y_ = 0;
};

/// A value with its unit, as people read it: 0.5 of a "%" parameter whose range is 0..1 is "50 %".
[[nodiscard]] QString parameter_text(const scripting::Parameter& parameter, double value);

}  // namespace outboard::ui
