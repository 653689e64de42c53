// DragValue: a number in words that is dragged up and down, turned with the wheel or the arrow keys, typed (Return,
// F2 or a digit), and put back by a double click.
#pragma once

#include <QWidget>

#include <functional>

class QLineEdit;

namespace outboard::ui {

class DragValue : public QWidget {
    Q_OBJECT

public:
    struct Range {
        double minimum = 0, maximum = 1, initial = 0, step = 0.1;
        int decimals = 1;
    };
    DragValue(Range range, QWidget* parent = nullptr);

    /// What is shown while nobody drags or types. No signal.
    void set_value(double value);
    [[nodiscard]] double value() const noexcept { return value_; }
    /// Words for a value, e.g. "-3.0 dB". The longest of `samples` fixes the width.
    void set_words(std::function<QString(double)> words, const QStringList& samples);
    void set_alignment(Qt::Alignment alignment);
    /// Always on a ground of its own, as other fields are; else only under the mouse or with the focus.
    void set_raised(bool raised);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void changed(double value);  ///< by the user
    void reset_wished();         ///< double click or Delete

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void user_sets(double value);
    void begin_typing(const QString& text);
    void end_typing(bool keep);

    Range range_;
    double value_;
    std::function<QString(double)> words_;
    QStringList samples_;
    Qt::Alignment alignment_ = Qt::AlignCenter;
    bool raised_ = false;
    bool dragging_ = false;
    double drag_from_ = 0;
    int drag_y_ = 0;
    QLineEdit* editor_ = nullptr;
};

}  // namespace outboard::ui
