// Slider: a value on a line. Press to go there, drag along (Shift: fine); the rest is ValueControl's.
#pragma once

#include "ui/value_control.h"

namespace outboard::ui {

class Slider : public ValueControl {
    Q_OBJECT

public:
    using ValueControl::ValueControl;

    [[nodiscard]] QSize sizeHint() const override { return {136, 52}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    [[nodiscard]] QRectF line() const;

    double drag_x_ = 0;
};

}  // namespace outboard::ui
