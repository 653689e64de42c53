// ProcessPanel: the selected track's script as a process: pid, transport, CPU, memory, calls, faults, last reason.
#pragma once

#include <QWidget>

#include <array>

#include "ui/desk.h"

class QLabel;

namespace outboard::ui {

class ProcessPanel : public QWidget {
    Q_OBJECT

public:
    explicit ProcessPanel(Desk& desk, QWidget* parent = nullptr);
    void refresh();

private:
    enum Field {
        pid,
        transport,
        cpu,
        memory,
        calls,
        late,
        restarts,
        events,
        wait,
        busy,
        awake,
        fetched,
        priority,
        field_count
    };

    Desk& desk_;
    QLabel* title_ = nullptr;
    std::array<QLabel*, field_count> names_{};
    std::array<QLabel*, field_count> values_{};
    QLabel* reason_ = nullptr;
};

}  // namespace outboard::ui
