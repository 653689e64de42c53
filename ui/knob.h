// Knob: a value on an arc. Drag up and down (Shift: fine); the rest is ValueControl's.
#pragma once

#include "ui/value_control.h"

namespace outboard::ui {

class Knob : public ValueControl {
    Q_OBJECT

public:
    using ValueControl::ValueControl;

    [[nodiscard]] QSize sizeHint() const override { return {72, 76}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    int drag_y_ = 0;
};

}  // namespace outboard::ui
