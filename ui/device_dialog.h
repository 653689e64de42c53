// DeviceDialog: which output plays, at what rate and block length.
#pragma once

#include <QDialog>

#include "ui/desk.h"

class QComboBox;

namespace outboard::ui {

class DeviceDialog : public QDialog {
    Q_OBJECT

public:
    explicit DeviceDialog(Desk& desk, QWidget* parent = nullptr);

private:
    void apply();

    Desk& desk_;
    std::vector<DeviceChoice> choices_;
    QComboBox* device_ = nullptr;
    QComboBox* rate_ = nullptr;
    QComboBox* frames_ = nullptr;
};

}  // namespace outboard::ui
