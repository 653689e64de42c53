// Slider: a value on a line, dragged along it; a press on the line goes there.
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
    [[nodiscard]] double travel(const QPointF& moved) const override;
    [[nodiscard]] std::optional<double> pressed_position(const QPointF& point) const override;

private:
    [[nodiscard]] QRectF line() const;
};

}  // namespace outboard::ui
