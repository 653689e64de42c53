// FittedRoom: a room below the editor that is as high as its content needs, between a least and a most height; what is
// higher is scrolled. Its parent's layout asks for the height.
#pragma once

#include <QWidget>

class QFrame;
class QScrollArea;

namespace outboard::ui {

class FittedRoom : public QWidget {
    Q_OBJECT

public:
    explicit FittedRoom(QWidget* parent = nullptr);

    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    /// What stands in it: a widget with a layout.
    void set_content(QWidget* content);
    /// The content may have changed.
    void fit();
    [[nodiscard]] virtual int least_height() const { return 0; }
    [[nodiscard]] virtual int most_height() const = 0;

    void resizeEvent(QResizeEvent* event) override;

private:
    QFrame* rule_ = nullptr;
    QScrollArea* scroll_ = nullptr;
    int wanted_ = 0;  ///< as the layout has heard last
};

}  // namespace outboard::ui
