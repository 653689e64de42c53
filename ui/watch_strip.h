// WatchStrip: what the selected track's script watches: under each name the newest value. Not there while it watches
// nothing.
#pragma once

#include <QWidget>

#include <vector>

#include "ui/desk.h"
#include "ui/fitted_room.h"

namespace outboard::ui {

/// Names and values in columns of one width, so that a value stands still while it changes.
class WatchTable : public QWidget {
    Q_OBJECT

public:
    explicit WatchTable(QWidget* parent = nullptr);
    void show_values(const std::vector<scripting::WatchedValue>& values);
    [[nodiscard]] const std::vector<scripting::WatchedValue>& values() const noexcept { return values_; }
    [[nodiscard]] QRect cell_rect(std::size_t index) const;
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    std::vector<scripting::WatchedValue> values_;
};

class WatchStrip : public FittedRoom {
    Q_OBJECT

public:
    explicit WatchStrip(Desk& desk, QWidget* parent = nullptr);

protected:
    [[nodiscard]] int most_height() const override;

private:
    void refresh();

    Desk& desk_;
    WatchTable* table_ = nullptr;
};

}  // namespace outboard::ui
