#include "ui/track_card.h"

#include <QContextMenuEvent>
#include <QCoreApplication>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QPainter>
#include <QPushButton>

#include <cmath>

#include "ui/child.h"
#include "ui/drag_value.h"
#include "ui/level_meter.h"
#include "ui/script_menu.h"
#include "ui/script_state.h"
#include "ui/theme.h"
#include "ui/track_dialog.h"

namespace outboard::ui {
namespace {

constexpr int stripe = 4;  ///< width of the colour at the left
constexpr int text_left = 16;

QString gain_text(double db) {
    return db <= -60 ? QStringLiteral("−∞ dB") : QString::number(db, 'f', 1) + " dB";
}

QString pan_text(double pan) {
    const int percent = static_cast<int>(std::lround(pan * 100));
    return percent == 0  ? QStringLiteral("C")
           : percent < 0 ? QStringLiteral("L%1").arg(-percent)
                         : QStringLiteral("R%1").arg(percent);
}

QString send_text(double send) {
    return QCoreApplication::translate("TrackCard", "send %1").arg(std::lround(send * 100));
}

QPushButton* small_button(const QString& letter, const QString& name, QWidget* parent) {
    auto* button = child<QPushButton>(letter, parent);
    button->setProperty("kind", "small");
    button->setCheckable(true);
    button->setFixedSize(22, 20);
    button->setFocusPolicy(Qt::TabFocus);
    button->setAccessibleName(name);
    button->setToolTip(name);
    return button;
}

}  // namespace

TrackCard::TrackCard(Desk& desk, std::uint32_t track, QWidget* parent) : QFrame(parent), desk_(desk), track_(track) {
    setFocusPolicy(Qt::StrongFocus);  // a click takes the space bar away from the editor
    setObjectName(QStringLiteral("track_card"));
    build();
    connect_controls();
    refresh();
}

void TrackCard::build() {
    auto* rows = child<QVBoxLayout>(this);
    rows->setContentsMargins(text_left, 8, 12, 10);
    rows->setSpacing(2);

    auto* top = child<QHBoxLayout>();
    top->setSpacing(4);
    name_ = child<QLineEdit>(this);
    name_->setProperty("kind", "flat");
    name_->setAccessibleName(tr("Track name"));
    name_->setFocusPolicy(Qt::NoFocus);
    name_->setReadOnly(true);
    name_->setCursor(Qt::ArrowCursor);
    name_->installEventFilter(this);
    mute_ = small_button(QStringLiteral("M"), tr("Mute"), this);
    solo_ = small_button(QStringLiteral("S"), tr("Solo"), this);
    top->addWidget(name_, 1);
    top->addWidget(mute_);
    top->addWidget(solo_);
    rows->addLayout(top);

    auto* middle = child<QHBoxLayout>();
    middle->setSpacing(4);
    script_ = child<QPushButton>(this);
    script_->setProperty("kind", "link");
    script_->setFocusPolicy(Qt::TabFocus);
    script_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    script_->setAccessibleName(tr("Script"));
    state_ = child<QLabel>(this);
    state_->setFont(caption_font());
    state_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    middle->addSpacing(12);  // the lamp is painted there
    middle->addWidget(script_, 1);
    middle->addWidget(state_);
    rows->addLayout(middle);

    auto* low = child<QHBoxLayout>();
    low->setSpacing(0);
    instrument_ = child<QLabel>(this);
    instrument_->setProperty("kind", "caption");
    instrument_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    gain_ = child<DragValue>(DragValue::Range{.minimum = -60, .maximum = 12, .initial = 0, .step = 0.5, .decimals = 1},
                             this);
    gain_->setFont(caption_font());
    gain_->set_words(gain_text, {QStringLiteral("-60.0 dB")});
    gain_->set_alignment(Qt::AlignRight);
    gain_->setAccessibleName(tr("Gain"));
    gain_->setToolTip(tr("Gain: drag, wheel or type; double click: 0 dB"));
    pan_ = child<DragValue>(DragValue::Range{.minimum = -1, .maximum = 1, .initial = 0, .step = 0.05, .decimals = 2},
                            this);
    pan_->setFont(caption_font());
    pan_->set_words(pan_text, {QStringLiteral("R100")});
    pan_->set_alignment(Qt::AlignRight);
    pan_->setAccessibleName(tr("Pan"));
    pan_->setToolTip(tr("Pan: drag, wheel or type −1 … 1; double click: centre"));
    low->addWidget(instrument_, 1);
    low->addWidget(gain_);
    low->addWidget(pan_);
    rows->addLayout(low);

    auto* level = child<QHBoxLayout>();
    level->setSpacing(8);
    meter_ = child<LevelMeter>(this);
    send_ =
        child<DragValue>(DragValue::Range{.minimum = 0, .maximum = 1, .initial = 0, .step = 0.05, .decimals = 2}, this);
    send_->setFont(caption_font());
    send_->set_words(send_text, {send_text(1)});
    send_->set_alignment(Qt::AlignRight);
    send_->setAccessibleName(tr("Send"));
    send_->setToolTip(tr("Send to the room, a reverb behind the fader: drag, wheel or type 0 … 1; double click: none"));
    level->addWidget(meter_, 1, Qt::AlignVCenter);
    level->addWidget(send_);
    rows->addLayout(level);
}

void TrackCard::connect_controls() {
    connect(mute_, &QPushButton::toggled, this,
            [this](bool on) { desk_.change_track(track_, [on](audio::TrackSettings& s) { s.mute = on; }); });
    connect(solo_, &QPushButton::toggled, this,
            [this](bool on) { desk_.change_track(track_, [on](audio::TrackSettings& s) { s.solo = on; }); });
    for (const auto& [control, what] : {std::pair{gain_, scripting::Setting::gain},
                                        {pan_, scripting::Setting::pan},
                                        {send_, scripting::Setting::send}}) {
        const auto move = [this, what = what](double value) { desk_.move_strip(track_, what, value); };
        connect(control, &DragValue::changed, this, move);
        connect(control, &DragValue::reset_wished, this, [move] { move(0); });
    }
    connect(name_, &QLineEdit::editingFinished, this, [this] {
        if (name_->isReadOnly()) {
            return;
        }
        name_->setReadOnly(true);
        name_->setFocusPolicy(Qt::NoFocus);
        name_->deselect();
        name_->clearFocus();
        const QString text = name_->text().trimmed();
        if (!text.isEmpty()) {
            desk_.change_track(track_, [&](audio::TrackSettings& s) { s.name = text.toStdString(); });
        }
    });
    connect(script_, &QPushButton::clicked, this, [this] {
        desk_.select(track_);
        show_script_menu(script_->mapToGlobal(QPoint(0, script_->height())));
    });
}

void TrackCard::refresh() {
    const audio::TrackSnapshot* now = desk_.track(track_);
    if (now == nullptr) {
        return;
    }
    if (name_->isReadOnly()) {
        constexpr int margins = 8;
        const QString name = track_name();
        name_->setText(name_->fontMetrics().elidedText(name, Qt::ElideRight, std::max(40, name_->width() - margins)));
        name_->setToolTip(tr("%1: double click or F2 to rename").arg(name));
        name_->setCursorPosition(0);
    }
    const QSignalBlocker quiet_mute(mute_);
    const QSignalBlocker quiet_solo(solo_);
    mute_->setChecked(now->settings.mute);
    solo_->setChecked(now->settings.solo);
    refresh_strip();

    const ScriptState state = script_state(*now, desk_.snapshot());
    const bool none = now->settings.script.empty() && now->script.state == scripting::SlotState::empty;
    const scripting::Scripts scripts =
        now->settings.script.empty() ? scripting::Scripts{now->script.script} : now->settings.scripts();
    QStringList names, paths;
    for (std::size_t place = 0; place < scripts.size(); ++place) {
        const QString path = QString::fromStdString(scripts[place]);
        const bool left_out = (now->settings.left_out >> place & 1) != 0;
        const QString name = QFileInfo(path).fileName();
        const bool given_up = has_given_up(*now, place);
        names.append(left_out || given_up ? QLatin1Char('(') + name + QLatin1Char(')') : name);
        paths.append(left_out   ? tr("%1 (bypassed)").arg(path)
                     : given_up ? tr("%1 (bypassed for its errors)").arg(path)
                                : path);
    }
    const QString label = none ? tr("add a script…") : names.join(QStringLiteral(" → "));
    script_->setText(script_->fontMetrics().elidedText(label, Qt::ElideMiddle, std::max(40, script_->width() - 8)));
    script_->setToolTip(none ? tr("Choose a script for this track") : paths.join(QLatin1Char('\n')));
    state_words_ = none ? QString() : state.words;
    // Long reasons are cut here and whole in the tooltip, so that the script's name keeps its place.
    state_->setText(state_->fontMetrics().elidedText(state_words_, Qt::ElideRight, width() - 110));
    state_->setToolTip(state.detail);
    state_->setAccessibleName(tr("Script state: %1").arg(state_words_));
    set_kind(*state_, state.failed ? "failed_on_card" : "quiet");
    lamp_ = none ? theme().slate : state.lamp;

    QString instrument = QString::fromStdString(now->instrument_name);
    if (!now->settings.midi_output.empty()) {
        instrument += QStringLiteral(" · ") + QString::fromStdString(now->settings.midi_output);
    }
    instrument_->setText(instrument_->fontMetrics().elidedText(instrument, Qt::ElideRight, instrument_->width()));
    instrument_->setToolTip(instrument);
    setAccessibleName(tr("Track %1, %2").arg(track_name(), none ? tr("no script") : state.words));
    update();
}

void TrackCard::refresh_strip() {
    if (const audio::TrackSnapshot* now = desk_.track(track_)) {
        gain_->set_value(now->gain_db);
        pan_->set_value(now->pan);
        send_->set_value(now->send);
        meter_->set_levels(now->level_left, now->level_right);
    }
}

QString TrackCard::track_name() const {
    const audio::TrackSnapshot* now = desk_.track(track_);
    return now != nullptr ? QString::fromStdString(now->settings.name) : QString();
}

void TrackCard::edit_name() {
    name_->setText(track_name());
    name_->setReadOnly(false);
    name_->setFocusPolicy(Qt::StrongFocus);
    name_->setFocus();
    name_->selectAll();
}

void TrackCard::open_settings() {
    if (desk_.track(track_) != nullptr) {
        auto* dialog = child<TrackDialog>(desk_, track_, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    }
}

void TrackCard::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool selected = desk_.selected() == track_;
    const QRectF card = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setBrush(theme().card);
    painter.setPen(selected ? QPen(theme().text, 1) : hasFocus() ? QPen(theme().quiet, 1) : QPen(theme().card, 1));
    painter.drawRoundedRect(card, radius, radius);

    painter.setPen(Qt::NoPen);
    if (const audio::TrackSnapshot* now = desk_.track(track_)) {
        painter.setBrush(track_colour(now->settings.colour));
        painter.setClipRect(QRect(0, 0, stripe, height()));
        painter.drawRoundedRect(card.adjusted(0.5, 0.5, 0, -0.5), radius, radius);
        painter.setClipping(false);
    }
    painter.setBrush(lamp_);
    painter.drawEllipse(QPointF(text_left + 4, script_->geometry().center().y() + 0.5), 4, 4);
}

void TrackCard::mousePressEvent(QMouseEvent*) {
    desk_.select(track_);
}

void TrackCard::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
            desk_.select(track_);
            return;
        case Qt::Key_F2:
            edit_name();
            return;
        default:
            QFrame::keyPressEvent(event);
    }
}

bool TrackCard::eventFilter(QObject* watched, QEvent* event) {
    if (watched == name_ && name_->isReadOnly()) {
        if (event->type() == QEvent::MouseButtonDblClick) {
            edit_name();
            return true;
        }
        if (event->type() == QEvent::MouseButtonPress) {
            desk_.select(track_);
            return true;
        }
        if (event->type() == QEvent::ContextMenu) {
            contextMenuEvent(static_cast<QContextMenuEvent*>(event));
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

void TrackCard::contextMenuEvent(QContextMenuEvent* event) {
    desk_.select(track_);
    const audio::TrackSnapshot* now = desk_.track(track_);
    if (now == nullptr) {
        return;
    }
    // popup, not exec: the card may go while its menu is open.
    auto* menu = child<QMenu>(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Track settings…"), this, &TrackCard::open_settings);
    menu->addAction(tr("Rename"), this, &TrackCard::edit_name);
    fill_script_menu(*menu->addMenu(tr("Script")), desk_, track_, script_actions());
    menu->addSeparator();
    menu->addAction(tr("Remove track"), this, &TrackCard::remove);
    menu->popup(event->globalPos());
}

void TrackCard::show_script_menu(const QPoint& at) {
    auto* menu = child<QMenu>(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fill_script_menu(*menu, desk_, track_, script_actions());
    menu->popup(at);
}

ScriptMenuActions TrackCard::script_actions() {
    return {.make_new = [this] { emit new_script_wished(track_); },
            .open_file = [this] { emit open_script_wished(track_); }};
}

void TrackCard::remove() {
    // There is no way back, so it is asked; open, not exec: the card may go meanwhile.
    auto* box = child<QMessageBox>(QMessageBox::Question, tr("Remove track"),
                                   tr("Remove the track %1? Its script file stays.").arg(track_name()),
                                   QMessageBox::Ok | QMessageBox::Cancel, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    connect(box, &QDialog::finished, this, [this](int answer) {
        if (answer == QMessageBox::Ok) {
            desk_.edit([this](audio::Engine& engine) { engine.remove_track(track_); });
        }
    });
    box->open();
}

}  // namespace outboard::ui
