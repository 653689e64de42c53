#include "ui/level_meter.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr double floor_db = -60.0;
constexpr double fall = 0.03;  ///< of the bar per step of the window's clock

/// Place of a level on the bar; above 1 when it clips.
double place(float level) {
    return level <= 0 ? 0 : std::max(0.0, 1.0 - 20.0 * std::log10(static_cast<double>(level)) / floor_db);
}

}  // namespace

LevelMeter::LevelMeter(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Level"));
    setToolTip(tr("Level, −60 to 0 dB; yellow above 0 dB"));
    setMinimumWidth(40);
    setFixedHeight(10);
}

void LevelMeter::set_levels(float left, float right) {
    const std::array before = pixels();
    feed(left_, left);
    feed(right_, right);
    if (pixels() != before) {
        update();
    }
}

std::array<int, 4> LevelMeter::pixels() const {
    const auto pixel = [this](double share) { return static_cast<int>(share * width()); };
    return {pixel(left_.shown), pixel(left_.peak.value()), pixel(right_.shown), pixel(right_.peak.value())};
}

void LevelMeter::feed(Side& side, float level) {
    const double at = place(level);
    side.shown = std::max(at, side.shown - fall);
    side.peak.feed(at);
}

void LevelMeter::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const double bar_height = 3;
    double y = (height() - 2 * bar_height - 2) / 2.0;
    for (const Side* side : {&left_, &right_}) {
        const QRectF groove(0, y, width(), bar_height);
        painter.setBrush(theme().raised);
        painter.drawRoundedRect(groove, 1.5, 1.5);
        const bool clips = side->peak.value() > 1.0;
        painter.setBrush(clips ? theme().yellow : theme().green);
        painter.drawRoundedRect(QRectF(0, y, width() * std::min(1.0, side->shown), bar_height), 1.5, 1.5);
        if (side->peak.value() > 0) {
            painter.drawRect(QRectF((width() - 2) * std::min(1.0, side->peak.value()), y, 2, bar_height));
        }
        y += bar_height + 2;
    }
}

}  // namespace outboard::ui
