#include "ui/device_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>

#include "ui/child.h"
#include "ui/combo_box.h"

namespace outboard::ui {

DeviceDialog::DeviceDialog(Desk& desk, QWidget* parent) : QDialog(parent), desk_(desk) {
    setWindowTitle(tr("Audio device"));
    const DeviceStatus now = desk.hooks().device ? desk.hooks().device() : DeviceStatus{};
    audio::DeviceSettings wish;
    desk.command([&](audio::Engine& engine) { wish = engine.session().device; });
    desk.attempt([&] { choices_ = desk.hooks().devices(); });

    auto* form = child<QFormLayout>(this);
    form->setContentsMargins(16, 16, 16, 16);
    form->setSpacing(12);
    device_ = child<ComboBox>(this);
    device_->addItem(tr("the best one found"));
    for (const DeviceChoice& choice : choices_) {
        device_->addItem(QString::fromStdString(choice.label.empty() ? choice.name : choice.label));
        if (choice.name == wish.name) {
            device_->setCurrentIndex(device_->count() - 1);
        }
    }
    rate_ = child<ComboBox>(this);
    for (const int rate : {44100, 48000, 88200, 96000}) {
        rate_->addItem(tr("%1 Hz").arg(rate), double(rate));
    }
    rate_->setCurrentIndex(std::max(0, rate_->findData(wish.rate)));
    frames_ = child<ComboBox>(this);
    frames_->addItem(tr("as the device likes"), 0u);
    for (const unsigned frames : {32u, 64u, 128u, 256u, 512u, 1024u, 2048u}) {
        frames_->addItem(
            tr("%1 frames · %2 ms").arg(frames).arg(frames * 1000.0 / std::max(8000.0, wish.rate), 0, 'f', 1), frames);
    }
    frames_->setCurrentIndex(std::max(0, frames_->findData(wish.frames)));
    form->addRow(tr("Output"), device_);
    form->addRow(tr("Rate"), rate_);
    form->addRow(tr("Block"), frames_);
    auto* note = child<QLabel>(tr("A JACK server decides on rate and block by itself."), this);
    note->setProperty("kind", "caption");
    form->addRow(QString(), note);
    if (!now.notice.empty()) {
        auto* notice = child<QLabel>(QString::fromStdString(now.notice), this);
        notice->setWordWrap(true);
        form->addRow(QString(), notice);
    }
    auto* buttons = child<QDialogButtonBox>(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        accept();
        apply();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    form->addRow(buttons);
}

void DeviceDialog::apply() {
    audio::DeviceSettings wish;
    const int index = device_->currentIndex();
    wish.name = index > 0 ? choices_[static_cast<std::size_t>(index - 1)].name : std::string();
    wish.rate = rate_->currentData().toDouble();
    wish.frames = frames_->currentData().toUInt();
    if (desk_.attempt([&] { desk_.hooks().choose_device(wish); })) {
        desk_.set_modified(true);
    }
}

}  // namespace outboard::ui
