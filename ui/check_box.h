// CheckBox: a QCheckBox whose tick is drawn, since a style sheet alone would need a picture for it.
#pragma once

#include <QCheckBox>

namespace outboard::ui {

class CheckBox : public QCheckBox {
    Q_OBJECT

public:
    using QCheckBox::QCheckBox;

protected:
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace outboard::ui
