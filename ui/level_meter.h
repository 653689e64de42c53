// LevelMeter: a thin bar per side, −60 … 0 dB, with its peak held for a second.
#pragma once

#include <QWidget>

#include <array>

#include "ui/peak_hold.h"

namespace outboard::ui {

class LevelMeter : public QWidget {
    Q_OBJECT

public:
    explicit LevelMeter(QWidget* parent = nullptr);

    /// Peaks since the last call, linear (1 = full scale).
    void set_levels(float left, float right);
    [[nodiscard]] QSize sizeHint() const override { return {80, 10}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Side {
        double shown = 0;  ///< 0..1 of the bar
        PeakHold peak;
    };
    void feed(Side& side, float level);
    [[nodiscard]] std::array<int, 4> pixels() const;  ///< what is drawn
    Side left_, right_;
};

}  // namespace outboard::ui
