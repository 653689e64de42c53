#include "ui/keyboard_room.h"

#include <Qsci/qsciscintilla.h>

#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/child.h"
#include "ui/piano_keyboard.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

bool takes_text(const QWidget* widget) {
    return qobject_cast<const QsciScintilla*>(widget) != nullptr || qobject_cast<const QLineEdit*>(widget) != nullptr ||
           qobject_cast<const QAbstractSpinBox*>(widget) != nullptr ||
           qobject_cast<const QComboBox*>(widget) != nullptr;
}

QPushButton* link_button(const QString& words, const QString& tip, QWidget* parent) {
    auto* button = child<QPushButton>(words, parent);
    button->setProperty("kind", "link");
    button->setFont(caption_font());
    button->setFocusPolicy(Qt::TabFocus);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    return button;
}

}  // namespace

KeyboardRoom::KeyboardRoom(Desk& desk, QWidget* parent) : QWidget(parent) {
    setProperty("kind", "room");
    auto* rows = child<QVBoxLayout>(this);
    rows->setContentsMargins(16, 2, 12, 12);
    keyboard_ = child<PianoKeyboard>(desk, this);
    rows->addWidget(keyboard_);
    range_ = child<QLabel>(this);
    range_->setProperty("kind", "caption");
    lower_ = link_button(QStringLiteral("◂"), tr("An octave lower"), this);
    higher_ = link_button(QStringLiteral("▸"), tr("An octave higher"), this);
    lamp_ = link_button({}, tr("Computer keys play: Z S X … from the second C, Q 2 W … an octave higher"), this);
    lamp_->setCheckable(true);
    connect(lower_, &QPushButton::clicked, this, [this] { keyboard_->set_lowest_key(keyboard_->lowest_key() - 12); });
    connect(higher_, &QPushButton::clicked, this, [this] { keyboard_->set_lowest_key(keyboard_->lowest_key() + 12); });
    connect(lamp_, &QPushButton::toggled, this, &KeyboardRoom::set_computer_keys);
    const auto show_range = [this] {
        const int low = keyboard_->lowest_key();
        range_->setText(tr("%1 … %2").arg(key_name(low), key_name(low + 12 * PianoKeyboard::octaves)));
    };
    connect(keyboard_, &PianoKeyboard::range_changed, this, show_range);
    show_range();
    set_computer_keys(false);
    // What the computer's keys hold must not hang when their owner becomes a text field.
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
        if (takes_text(now)) {
            keyboard_->release_all();
        }
    });
}

KeyboardRoom::~KeyboardRoom() {
    qApp->removeEventFilter(this);
}

void KeyboardRoom::set_computer_keys(bool on) {
    keyboard_->release_all();
    const QSignalBlocker quiet(lamp_);
    lamp_->setChecked(on);
    lamp_->setText(on ? tr("● computer keys: on") : tr("○ computer keys: off"));
    if (on) {
        qApp->installEventFilter(this);
        keyboard_->setFocus();
    } else {
        qApp->removeEventFilter(this);
    }
}

bool KeyboardRoom::computer_keys() const {
    return lamp_->isChecked();
}

std::vector<QWidget*> KeyboardRoom::heading_widgets() const {
    return {lower_, range_, higher_, lamp_};
}

bool KeyboardRoom::eventFilter(QObject* watched, QEvent* event) {
    const bool down = event->type() == QEvent::KeyPress;
    if (!down && event->type() != QEvent::KeyRelease) {
        return false;
    }
    const auto* key = static_cast<QKeyEvent*>(event);
    const QWidget* focus = QApplication::focusWidget();
    const bool plain = (key->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) == Qt::NoModifier;
    if (!watched->isWidgetType() || QApplication::activeModalWidget() != nullptr ||
        (down && (takes_text(focus) || !plain))) {
        return false;
    }
    if (key->isAutoRepeat()) {
        return keyboard_->computer_key(key->key(), true);  // held already: nothing happens, nothing else sees it
    }
    return keyboard_->computer_key(key->key(), down) && down;
}

}  // namespace outboard::ui
