// PanelMeter: a level that a script shows on its panel.
#pragma once

#include <QWidget>

#include "scripting/script_slot.h"

namespace outboard::ui {

class PanelMeter : public QWidget {
    Q_OBJECT

public:
    explicit PanelMeter(const scripting::Parameter& parameter, QWidget* parent = nullptr);
    void show_value(double value);
    [[nodiscard]] double value() const noexcept { return parameter_.value; }
    [[nodiscard]] QSize sizeHint() const override { return {112, 52}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    scripting::Parameter parameter_;
};

}  // namespace outboard::ui
