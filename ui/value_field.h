// ValueField: what shows several values at once: a table of bars to draw, a point on a square. Draw with the mouse;
// arrow keys go from value to value and change it; double click or Delete: the default.
#pragma once

#include <QWidget>

#include <vector>

#include "scripting/script_slot.h"

namespace outboard::ui {

class ValueField : public QWidget {
    Q_OBJECT

public:
    /// The declarations of one table or xy. `inset`: from the frame to where values are drawn, in pixels.
    ValueField(std::vector<scripting::Parameter> values, double inset, QWidget* parent);

    /// From the engine: as many as there are; ignored while the user draws. No signal.
    void show_values(const scripting::Parameter* values);
    [[nodiscard]] double value(std::size_t index) const { return values_[index].value; }
    /// Which values a point of the widget is about.
    [[nodiscard]] virtual std::vector<std::size_t> values_at(const QPointF& point) const = 0;

signals:
    void changed(const QString& id, double value);  ///< by the user

protected:
    /// The mouse draws here.
    virtual void draw_to(const QPointF& point) = 0;
    virtual void to_initial() = 0;

    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

    void user_sets(std::size_t index, double position);  ///< 0..1
    void nudge(std::size_t index, double steps);
    [[nodiscard]] QRectF frame() const { return {0.5, 20.5, width() - 1.0, height() - 21.0}; }
    [[nodiscard]] QRectF inside() const { return frame().adjusted(inset_, inset_, -inset_, -inset_); }
    void draw_frame(QPainter& painter) const;
    void draw_caption(QPainter& painter, const QString& right) const;

    std::vector<scripting::Parameter> values_;
    bool drawing_ = false;

private:
    double inset_;
};

/// A table: bars from the bottom, or from 0 where the range goes below it.
class StepTable : public ValueField {
    Q_OBJECT

public:
    explicit StepTable(std::vector<scripting::Parameter> values, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] QRectF bar_rect(std::size_t index) const;  ///< its column, full height
    [[nodiscard]] std::vector<std::size_t> values_at(const QPointF& point) const override { return {bar_at(point)}; }
    /// A context menu that the keyboard opens is that of the bar which the keys change.
    [[nodiscard]] QVariant inputMethodQuery(Qt::InputMethodQuery query) const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void draw_to(const QPointF& point) override;
    void to_initial() override;

private:
    [[nodiscard]] std::size_t bar_at(const QPointF& point) const;

    std::size_t at_ = 0;  ///< the bar that the keys change
};

/// A point on a square.
class XyPad : public ValueField {
    Q_OBJECT

public:
    explicit XyPad(std::vector<scripting::Parameter> values, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override { return {112, 80}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }
    [[nodiscard]] std::vector<std::size_t> values_at(const QPointF&) const override { return {0, 1}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void draw_to(const QPointF& point) override;
    void to_initial() override;
};

}  // namespace outboard::ui
