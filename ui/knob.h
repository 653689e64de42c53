// Knob: a value on an arc, dragged up and down.
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
    [[nodiscard]] double travel(const QPointF& moved) const override;
};

}  // namespace outboard::ui
