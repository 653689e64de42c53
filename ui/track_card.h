// TrackCard: one track: colour, name, mute, solo; its script with lamp and state; instrument, gain, pan, level.
#pragma once

#include <QFrame>

#include <cstdint>

#include "ui/desk.h"
#include "ui/script_menu.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace outboard::ui {

class DragValue;
class LevelMeter;

class TrackCard : public QFrame {
    Q_OBJECT

public:
    TrackCard(Desk& desk, std::uint32_t track, QWidget* parent = nullptr);

    [[nodiscard]] std::uint32_t track() const noexcept { return track_; }
    /// Shows the desk's snapshot.
    void refresh();
    void refresh_strip();  ///< only meter, gain and pan: cheap enough for every snapshot
    [[nodiscard]] QString track_name() const;
    void edit_name();
    void open_settings();  ///< the track dialog
    void remove();         ///< asks first

signals:
    void new_script_wished(std::uint32_t track);
    void open_script_wished(std::uint32_t track);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void build();
    void connect_controls();
    void show_script_menu(const QPoint& at);
    [[nodiscard]] ScriptMenuActions script_actions();

    Desk& desk_;
    std::uint32_t track_;
    QLineEdit* name_ = nullptr;
    QPushButton* mute_ = nullptr;
    QPushButton* solo_ = nullptr;
    QPushButton* script_ = nullptr;
    QLabel* state_ = nullptr;
    QLabel* instrument_ = nullptr;
    DragValue* gain_ = nullptr;
    DragValue* pan_ = nullptr;
    DragValue* send_ = nullptr;
    LevelMeter* meter_ = nullptr;
    QColor lamp_;
    QString state_words_;
};

}  // namespace outboard::ui
