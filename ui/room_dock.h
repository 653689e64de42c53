// RoomDock: a dock whose heading is one quiet line: the room's name, and what belongs beside it.
#pragma once

#include <QDockWidget>

#include <vector>

class QLabel;

namespace outboard::ui {

class RoomDock : public QDockWidget {
    Q_OBJECT

public:
    /// `name` is its object name (layout is kept by it) and, in capitals, its heading.
    RoomDock(const QString& name, QWidget* room, QWidget* parent);

    void set_detail(const QString& words);  ///< after the name, lighter
    void add_heading_widgets(const std::vector<QWidget*>& widgets);

private:
    QWidget* heading_ = nullptr;
    QLabel* detail_ = nullptr;
};

}  // namespace outboard::ui
