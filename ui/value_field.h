// ValueField: what shows several values at once: a table of bars to draw, a point on a square. Arrow keys go from value
// to value and change it.
#pragma once

#include <QWidget>

#include <vector>

#include "scripting/script_slot.h"

namespace outboard::ui {

class ValueField : public QWidget {
    Q_OBJECT

public:
    /// The declarations of one table or xy.
    explicit ValueField(std::vector<scripting::Parameter> values, QWidget* parent = nullptr);

    /// From the engine: as many as there are; ignored while the user draws. No signal.
    void show_values(const scripting::Parameter* values);
    [[nodiscard]] double value(std::size_t index) const { return values_[index].value; }
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void changed(const QString& id, double value);  ///< by the user

protected:
    void mouseReleaseEvent(QMouseEvent* event) override;
    void user_sets(std::size_t index, double position);  ///< 0..1
    void nudge(std::size_t index, double steps);
    void draw_frame(QPainter& painter, const QRectF& frame) const;
    void draw_caption(QPainter& painter, const QString& right) const;

    std::vector<scripting::Parameter> values_;
    bool drawing_ = false;
};

/// A table: bars from the bottom, or from 0 where the range goes below it.
class StepTable : public ValueField {
    Q_OBJECT

public:
    explicit StepTable(std::vector<scripting::Parameter> values, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QRectF bar_rect(std::size_t index) const;  ///< its column, full height

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void draw_to(const QPointF& point);
    [[nodiscard]] QRectF frame() const { return {0.5, 20.5, width() - 1.0, height() - 21.0}; }

    std::size_t at_ = 0;  ///< the bar that the keys change
};

/// A point on a square.
class XyPad : public ValueField {
    Q_OBJECT

public:
    explicit XyPad(std::vector<scripting::Parameter> values, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override { return {112, 80}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void go_to(const QPointF& point);
    [[nodiscard]] QRectF frame() const { return {0.5, 20.5, width() - 1.0, height() - 21.0}; }
};

}  // namespace outboard::ui
