#include "ui/track_dialog.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "ui/check_box.h"
#include "ui/child.h"
#include "ui/combo_box.h"
#include "ui/instrument_names.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

void add_row(QGridLayout& grid, const QString& name, QWidget* widget) {
    const int row = grid.rowCount();
    auto* label = child<QLabel>(name);
    label->setProperty("kind", "quiet");
    label->setBuddy(widget);
    grid.addWidget(label, row, 0, Qt::AlignLeft | Qt::AlignVCenter);
    grid.addWidget(widget, row, 1);
    widget->setAccessibleName(name);
}

}  // namespace

TrackDialog::TrackDialog(Desk& desk, std::uint32_t track, QWidget* parent)
    : QDialog(parent), desk_(desk), track_(track) {
    const audio::TrackSettings settings = desk.track(track)->settings;
    setWindowTitle(tr("Track %1").arg(QString::fromStdString(settings.name)));
    auto* all = child<QVBoxLayout>(this);
    all->setContentsMargins(16, 16, 16, 16);
    all->setSpacing(16);
    auto* grid = child<QGridLayout>();
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(12);
    add_input(*grid, settings);
    add_instrument(*grid, settings);
    add_colours(*grid, settings);
    all->addLayout(grid);
    auto* buttons = child<QDialogButtonBox>(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        apply();
        accept();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    all->addWidget(buttons);
}

void TrackDialog::add_input(QGridLayout& grid, const audio::TrackSettings& settings) {
    auto* channels = child<QWidget>(this);
    auto* cells = child<QGridLayout>(channels);
    cells->setContentsMargins(0, 0, 0, 0);
    cells->setSpacing(4);
    for (int i = 0; i < 16; ++i) {
        auto* button = child<QPushButton>(QString::number(i + 1), channels);
        button->setProperty("kind", "small");
        button->setCheckable(true);
        button->setChecked((settings.channels >> i & 1) != 0);
        button->setFixedSize(28, 22);
        button->setAccessibleName(tr("Channel %1").arg(i + 1));
        cells->addWidget(button, i / 8, i % 8);
        channels_[static_cast<std::size_t>(i)] = button;
    }
    const auto set_all = [this](bool on) {
        for (QPushButton* button : channels_) {
            button->setChecked(on);
        }
    };
    auto* every = child<QPushButton>(tr("all"), channels);
    auto* none = child<QPushButton>(tr("none"), channels);
    connect(every, &QPushButton::clicked, this, [set_all] { set_all(true); });
    connect(none, &QPushButton::clicked, this, [set_all] { set_all(false); });
    int row = 0;
    for (QPushButton* button : {every, none}) {
        button->setProperty("kind", "small");
        button->setFixedSize(44, 22);
        cells->addWidget(button, row++, 8);
    }
    add_row(grid, tr("Channels"), channels);

    auto* sources = child<QWidget>(this);
    auto* line = child<QHBoxLayout>(sources);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(16);
    from_song_ = child<CheckBox>(tr("the song"), sources);
    from_song_->setChecked(settings.from_song);
    from_keyboard_ = child<CheckBox>(tr("keyboard and MIDI inputs"), sources);
    from_keyboard_->setChecked(settings.from_keyboard);
    line->addWidget(from_song_);
    line->addWidget(from_keyboard_);
    line->addStretch();
    add_row(grid, tr("Hears"), sources);

    port_ = child<ComboBox>(this);
    port_->addItem(tr("all"));
    for (int i = 0; i < 16; ++i) {
        port_->addItem(tr("input %1").arg(i + 1), i);
    }
    port_->setCurrentIndex(settings.port ? std::min(*settings.port, 15) + 1 : 0);
    add_row(grid, tr("MIDI input"), port_);
}

void TrackDialog::add_instrument(QGridLayout& grid, const audio::TrackSettings& settings) {
    program_ = child<ComboBox>(this);
    program_->addItem(tr("what the song says"));
    int number = 1;
    for (const QString& name : instrument_names()) {
        program_->addItem(QStringLiteral("%1  %2").arg(number++).arg(name));
    }
    program_->setCurrentIndex(settings.program ? *settings.program + 1 : 0);
    program_->setMaxVisibleItems(20);
    add_row(grid, tr("Instrument"), program_);
    bank_ = child<QSpinBox>(this);
    bank_->setRange(-1, 16383);
    bank_->setSpecialValueText(tr("as it is"));
    bank_->setValue(settings.bank.value_or(-1));
    add_row(grid, tr("Bank"), bank_);

    output_ = child<ComboBox>(this);
    output_->addItem(tr("none"), QString());
    if (desk_.hooks().midi_outputs) {
        for (const std::string& name : desk_.hooks().midi_outputs()) {
            output_->addItem(QString::fromStdString(name), QString::fromStdString(name));
        }
    }
    const QString wanted = QString::fromStdString(settings.midi_output);
    if (output_->findData(wanted) < 0) {
        output_->addItem(tr("%1 (not there)").arg(wanted), wanted);
    }
    output_->setCurrentIndex(output_->findData(wanted));
    add_row(grid, tr("MIDI output"), output_);
}

void TrackDialog::add_colours(QGridLayout& grid, const audio::TrackSettings& settings) {
    colour_ = settings.colour;
    auto* swatches = child<QWidget>(this);
    auto* line = child<QHBoxLayout>(swatches);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(4);
    auto* group = child<QButtonGroup>(this);
    int number = 1;
    for (const std::uint32_t rgb : track_palette) {
        auto* button = child<QPushButton>(swatches);
        button->setCheckable(true);
        button->setChecked(rgb == colour_);
        button->setFixedSize(28, 22);
        button->setAccessibleName(tr("Colour %1").arg(number++));
        button->setStyleSheet(QStringLiteral("QPushButton { background: %1; border: 2px solid %1; border-radius: 4px; }"
                                             "QPushButton:checked, QPushButton:focus { border-color: %2; }")
                                  .arg(track_colour(rgb).name(), theme().text.name()));
        group->addButton(button);
        line->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, rgb] { colour_ = rgb; });
    }
    line->addStretch();
    add_row(grid, tr("Colour"), swatches);
}

void TrackDialog::apply() {
    std::uint16_t channels = 0;
    for (std::size_t i = 0; i < channels_.size(); ++i) {
        channels = static_cast<std::uint16_t>(channels | (channels_[i]->isChecked() ? 1u << i : 0u));
    }
    desk_.change_track(track_, [&](audio::TrackSettings& s) {
        s.channels = channels;
        s.from_song = from_song_->isChecked();
        s.from_keyboard = from_keyboard_->isChecked();
        s.port = port_->currentIndex() > 0 ? std::optional(port_->currentIndex() - 1) : std::nullopt;
        s.program = program_->currentIndex() > 0 ? std::optional(program_->currentIndex() - 1) : std::nullopt;
        s.bank = bank_->value() >= 0 ? std::optional(bank_->value()) : std::nullopt;
        s.midi_output = output_->currentData().toString().toStdString();
        s.colour = colour_;
    });
}

}  // namespace outboard::ui
