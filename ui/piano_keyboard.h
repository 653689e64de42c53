// PianoKeyboard: five octaves to play with the mouse or the computer's keys. C3 = 60.
//
// Keys that are held are lit; keys that sound at the selected track's instrument are lit in the track's colour. What
// the track's script says of keys is drawn on them: a colour, a label, and that they switch instead of sounding. Every
// key that goes down here comes up again: when the mouse leaves, focus or the window goes, the engine changes.
#pragma once

#include <QWidget>

#include <array>
#include <cstdint>
#include <map>
#include <optional>

#include "ui/desk.h"

namespace outboard::ui {

class PianoKeyboard : public QWidget {
    Q_OBJECT

public:
    static constexpr int octaves = 5;

    explicit PianoKeyboard(Desk& desk, QWidget* parent = nullptr);
    ~PianoKeyboard() override;

    [[nodiscard]] int lowest_key() const noexcept { return lowest_; }
    void set_lowest_key(int key);  ///< a C, moved into 0..60
    /// A key of the computer. True if it plays.
    bool computer_key(int qt_key, bool down);
    void release_all();

    [[nodiscard]] std::optional<int> key_at(const QPointF& point) const;
    [[nodiscard]] QRectF key_rect(int key) const;
    [[nodiscard]] QSize sizeHint() const override { return {860, 76}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {360, 56}; }

signals:
    void range_changed();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Press {
        std::uint8_t channel = 0;
        int holders = 0;  ///< mouse and computer key may hold the same key
    };
    void press(int key, double velocity);
    void release(int key);
    void mouse_to(std::optional<int> key, const QPointF& point);
    [[nodiscard]] std::uint8_t channel() const;
    void draw_key(QPainter& painter, int key) const;
    /// How the selected track's script has marked a key; null: not.
    [[nodiscard]] const scripting::KeyMark* mark_of(int key) const;
    void draw_mark(QPainter& painter, const scripting::KeyMark& mark, const QRectF& rect, const QColor& face) const;

    Desk& desk_;
    int lowest_ = 48;
    std::map<int, Press> down_;    ///< by key
    std::map<int, int> computer_;  ///< Qt key → MIDI key
    std::optional<int> mouse_;
    std::array<std::uint64_t, 4> shown_{};   ///< what was painted: held and sounding bits
    std::vector<scripting::KeyMark> marks_;  ///< that were painted
};

/// "C2": C3 = 60.
[[nodiscard]] QString key_name(int key);

}  // namespace outboard::ui
