// TrackDialog: what a track hears and what it plays: channels, song and keyboard, instrument, MIDI output, colour.
#pragma once

#include <QDialog>

#include <array>
#include <cstdint>

#include "ui/desk.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace outboard::ui {

class TrackDialog : public QDialog {
    Q_OBJECT

public:
    TrackDialog(Desk& desk, std::uint32_t track, QWidget* parent = nullptr);

private:
    void add_input(QGridLayout& grid, const audio::TrackSettings& settings);
    void add_instrument(QGridLayout& grid, const audio::TrackSettings& settings);
    void add_colours(QGridLayout& grid, const audio::TrackSettings& settings);
    void apply();

    Desk& desk_;
    std::uint32_t track_;
    std::array<QPushButton*, 16> channels_{};
    QCheckBox* from_song_ = nullptr;
    QCheckBox* from_keyboard_ = nullptr;
    QComboBox* port_ = nullptr;
    QComboBox* program_ = nullptr;
    QSpinBox* bank_ = nullptr;
    QComboBox* output_ = nullptr;
    std::uint32_t colour_ = 0;
};

}  // namespace outboard::ui
