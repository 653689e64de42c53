// ComboBox: a QComboBox with a plain ▾, which a style sheet alone cannot draw without a picture.
#pragma once

#include <QComboBox>

namespace outboard::ui {

class ComboBox : public QComboBox {
    Q_OBJECT

public:
    using QComboBox::QComboBox;

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
};

}  // namespace outboard::ui
