// TransportBar: everything about the song and the machine that must be seen while playing, on one line.
//
// Where there is not enough room it drops words, never figures.
#pragma once

#include <QFrame>

#include "ui/desk.h"
#include "ui/pace.h"
#include "ui/peak_hold.h"

class QHBoxLayout;
class QLabel;
class QPushButton;
class QSlider;

namespace outboard::ui {

class DragValue;
class LevelMeter;

class TransportBar : public QFrame {
    Q_OBJECT

public:
    explicit TransportBar(Desk& desk, QWidget* parent = nullptr);

    void toggle_recording();

signals:
    void open_wished();
    void device_wished();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void add_buttons(QHBoxLayout& line);
    void add_song(QHBoxLayout& line);
    void add_machine(QHBoxLayout& line);
    void add_master(QHBoxLayout& line);
    void refresh();
    void refresh_song();
    void refresh_machine();
    void fit();  ///< words or none, by width

    Desk& desk_;
    bool narrow_ = false;
    QPushButton* play_ = nullptr;
    QPushButton* stop_ = nullptr;
    QPushButton* record_ = nullptr;
    QLabel* song_ = nullptr;
    QLabel* position_ = nullptr;
    QSlider* seek_ = nullptr;
    QPushButton* loop_ = nullptr;
    DragValue* tempo_ = nullptr;
    QLabel* signature_ = nullptr;
    QPushButton* device_ = nullptr;
    QLabel* callback_word_ = nullptr;
    QLabel* callback_ = nullptr;
    QLabel* scripting_word_ = nullptr;
    QLabel* scripting_ = nullptr;
    QLabel* xruns_ = nullptr;
    QLabel* xruns_word_ = nullptr;
    QLabel* midi_ = nullptr;
    QLabel* lamp_ = nullptr;  ///< of MIDI, where there is no place for the word
    LevelMeter* meter_ = nullptr;
    DragValue* master_ = nullptr;
    QPushButton* panic_ = nullptr;
    Pace song_pace_{std::chrono::milliseconds(60)};
    Pace machine_pace_{std::chrono::milliseconds(200)};
    PeakHold callback_peak_, scripting_peak_;
    int midi_glow_ = 0;  ///< steps of the clock that the lamp stays on
};

/// "48k" or "44.1k".
[[nodiscard]] QString rate_text(double rate);

}  // namespace outboard::ui
