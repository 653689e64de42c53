// KeyboardRoom: the piano keyboard, its octave buttons, and the lamp that lets the computer's keys play it.
#pragma once

#include <QWidget>

#include <vector>

#include "ui/desk.h"

class QLabel;
class QPushButton;

namespace outboard::ui {

class PianoKeyboard;

class KeyboardRoom : public QWidget {
    Q_OBJECT

public:
    explicit KeyboardRoom(Desk& desk, QWidget* parent = nullptr);
    ~KeyboardRoom() override;

    [[nodiscard]] PianoKeyboard& keyboard() noexcept { return *keyboard_; }
    /// While on, letter and digit keys play, unless something that takes text has the focus.
    void set_computer_keys(bool on);
    [[nodiscard]] bool computer_keys() const;
    [[nodiscard]] std::vector<QWidget*> heading_widgets() const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    PianoKeyboard* keyboard_ = nullptr;
    QLabel* range_ = nullptr;
    QPushButton* lower_ = nullptr;
    QPushButton* higher_ = nullptr;
    QPushButton* lamp_ = nullptr;
};

}  // namespace outboard::ui
