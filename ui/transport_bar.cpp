#include "ui/transport_bar.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QStandardPaths>

#include <cmath>

#include "ui/child.h"
#include "ui/drag_value.h"
#include "ui/level_meter.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr int seek_steps = 2000;
constexpr int glow_steps = 4;        ///< of 33 ms
constexpr double hot_callback = 50;  ///< percent, from here the figure warns

QPushButton* button(const QString& text, const char* kind, const QString& tip, QWidget* parent) {
    auto* made = child<QPushButton>(text, parent);
    made->setProperty("kind", kind);
    made->setFocusPolicy(Qt::TabFocus);
    made->setToolTip(tip);
    made->setAccessibleName(tip);
    made->setFixedHeight(28);
    return made;
}

QHBoxLayout* chip(QHBoxLayout& line, QWidget* parent) {
    auto* frame = child<QFrame>(parent);
    frame->setProperty("kind", "chip");
    frame->setFixedHeight(28);
    auto* inside = child<QHBoxLayout>(frame);
    inside->setContentsMargins(10, 0, 10, 0);
    inside->setSpacing(6);
    line.addWidget(frame);
    return inside;
}

QLabel* label(const char* kind, QHBoxLayout& line) {
    auto* made = child<QLabel>();
    made->setProperty("kind", kind);
    line.addWidget(made);
    return made;
}

/// A label whose width is that of the longest thing it will say.
QLabel* figure(const QString& longest, QHBoxLayout& line, Qt::Alignment alignment = Qt::AlignRight) {
    auto* made = child<QLabel>();
    QFont bold = text_font();
    bold.setBold(true);
    made->setFont(bold);
    made->setFixedWidth(QFontMetrics(bold).horizontalAdvance(longest) + 2);
    made->setAlignment(alignment | Qt::AlignVCenter);
    line.addWidget(made);
    return made;
}

}  // namespace

QString rate_text(double rate) {
    const double thousands = rate / 1000;
    return QString::number(thousands, 'f', thousands == std::floor(thousands) ? 0 : 1) + QLatin1Char('k');
}

TransportBar::TransportBar(Desk& desk, QWidget* parent) : QFrame(parent), desk_(desk) {
    setProperty("kind", "bar");
    auto* line = child<QHBoxLayout>(this);
    line->setContentsMargins(8, 10, 8, 10);
    line->setSpacing(6);
    add_buttons(*line);
    add_song(*line);
    add_machine(*line);
    add_master(*line);
    fit();
    connect(&desk, &Desk::refreshed, this, &TransportBar::refresh);
    connect(&desk, &Desk::engine_changed, this, [this] {
        callback_peak_.clear();
        scripting_peak_.clear();
        refresh_song();
        refresh_machine();
    });
    connect(&desk, &Desk::transport_changed, this, &TransportBar::refresh_song);
}

void TransportBar::add_buttons(QHBoxLayout& line) {
    auto* open = button(tr("Open…"), "", tr("Open a song or a session (Ctrl+O)"), this);
    connect(open, &QPushButton::clicked, this, &TransportBar::open_wished);
    line.addWidget(open);
    play_ = button(tr("▶ Play"), "go", tr("Play (Space)"), this);
    play_->setFixedWidth(72);
    connect(play_, &QPushButton::clicked, this, [this] { desk_.toggle_play(); });
    line.addWidget(play_);
    stop_ = button(QStringLiteral("■"), "", tr("Stop and go to the start"), this);
    stop_->setFixedWidth(36);
    connect(stop_, &QPushButton::clicked, this, [this] {
        desk_.command([](audio::Engine& engine) {
            engine.stop();
            engine.seek(0);
        });
    });
    line.addWidget(stop_);
    record_ = button(QStringLiteral("●"), "outline", tr("Record what is played to a WAV file (Ctrl+R)"), this);
    record_->setFixedWidth(36);
    connect(record_, &QPushButton::clicked, this, &TransportBar::toggle_recording);
    line.addWidget(record_);
}

void TransportBar::add_song(QHBoxLayout& line) {
    auto* song = chip(line, this);
    song_ = label("quiet", *song);
    song_->setAccessibleName(tr("Song"));
    position_ = figure(QStringLiteral("888:8:888"), *song);
    position_->setToolTip(tr("Bar : beat : tick (960 to the beat)"));
    position_->setAccessibleName(tr("Song position"));
    seek_ = child<QSlider>(Qt::Horizontal, this);
    seek_->setRange(0, seek_steps);
    seek_->setMinimumWidth(48);
    seek_->setFocusPolicy(Qt::TabFocus);
    seek_->setAccessibleName(tr("Place in the song"));
    seek_->setToolTip(tr("Drag to another place in the song"));
    const auto seek = [this](int at) {
        const double beats = desk_.snapshot().song_length_beats;
        desk_.command([=](audio::Engine& engine) { engine.seek(beats * at / seek_steps); });
    };
    connect(seek_, &QSlider::sliderReleased, this, [this, seek] { seek(seek_->value()); });
    connect(seek_, &QSlider::actionTriggered, this, [this, seek](int action) {
        if (action != QAbstractSlider::SliderMove) {
            seek(seek_->sliderPosition());
        }
    });
    line.addWidget(seek_, 1);
    loop_ = button(QStringLiteral("⟲"), "toggle", tr("Loop the whole song (Ctrl+L)"), this);
    loop_->setCheckable(true);
    loop_->setFixedWidth(32);
    connect(loop_, &QPushButton::clicked, this,
            [this](bool on) { desk_.edit([on](audio::Engine& engine) { engine.set_loop(on); }); });
    line.addWidget(loop_);

    auto* time = chip(line, this);
    time->setContentsMargins(8, 0, 10, 0);
    time->setSpacing(2);
    tempo_ = child<DragValue>(DragValue::Range{.minimum = 20, .maximum = 400, .initial = 120, .step = 1, .decimals = 1},
                              this);
    tempo_->set_words([](double bpm) { return QStringLiteral("♩ ") + QString::number(bpm, 'f', 1); },
                      {QStringLiteral("♩ 888.8")});
    tempo_->set_alignment(Qt::AlignRight);
    tempo_->setAccessibleName(tr("Tempo"));
    tempo_->setToolTip(tr("Tempo, quarter notes a minute: drag, wheel or type; double click: the song's own"));
    connect(tempo_, &DragValue::changed, this,
            [this](double bpm) { desk_.command([bpm](audio::Engine& engine) { engine.set_tempo(bpm); }); });
    connect(tempo_, &DragValue::reset_wished, this,
            [this] { desk_.command([](audio::Engine& engine) { engine.set_tempo(std::nullopt); }); });
    time->addWidget(tempo_);
    signature_ = label("quiet", *time);
    signature_->setAccessibleName(tr("Time signature"));
}

void TransportBar::add_machine(QHBoxLayout& line) {
    device_ = button({}, "", tr("Audio device · frames per block · output latency. Click to choose another"), this);
    device_->setStyleSheet(QStringLiteral("border-radius: 14px;"));
    connect(device_, &QPushButton::clicked, this, &TransportBar::device_wished);
    line.addWidget(device_);

    auto* load = chip(line, this);
    callback_word_ = label("quiet", *load);
    callback_word_->setText(tr("callback"));
    callback_ = figure(QStringLiteral("88.8 %"), *load);
    callback_->setToolTip(tr("Callback: percent of the time that a block plays; its highest of the last second"));
    callback_->setAccessibleName(tr("Callback load"));
    scripting_word_ = label("quiet", *load);
    scripting_word_->setText(tr("scripting"));
    scripting_ = figure(QStringLiteral("88.8 %"), *load);
    scripting_->setProperty("kind", "scripting");
    scripting_->setToolTip(tr("Scripting: percent of the time that a block plays; its highest of the last second"));
    scripting_->setAccessibleName(tr("Scripting load"));

    auto* faults = chip(line, this);
    xruns_word_ = label("quiet", *faults);
    xruns_word_->setText(tr("xruns"));
    xruns_ = figure(QStringLiteral("888"), *faults, Qt::AlignLeft);
    xruns_->setToolTip(tr("Blocks that came too late for the device, since reset"));
    xruns_->setAccessibleName(tr("Xruns"));
}

void TransportBar::add_master(QHBoxLayout& line) {
    auto* out = chip(line, this);
    midi_ = label("quiet", *out);
    midi_->setText(tr("MIDI"));
    lamp_ = label("quiet", *out);
    lamp_->setText(QStringLiteral("●"));
    for (QLabel* lamp : {midi_, lamp_}) {
        lamp->setToolTip(tr("Lights when something arrives at a MIDI input"));
    }
    meter_ = child<LevelMeter>(this);
    meter_->setFixedWidth(48);
    meter_->setAccessibleName(tr("Master level"));
    out->addWidget(meter_);
    master_ = child<DragValue>(
        DragValue::Range{.minimum = -60, .maximum = 12, .initial = 0, .step = 0.5, .decimals = 1}, this);
    master_->set_words([](double db) { return QString::number(db, 'f', 1) + QStringLiteral(" dB"); },
                       {QStringLiteral("-88.8 dB")});
    master_->set_alignment(Qt::AlignRight);
    master_->setAccessibleName(tr("Master gain"));
    master_->setToolTip(tr("Master gain: drag, wheel or type; double click: 0 dB"));
    const auto set = [this](double db) {
        desk_.edit([db](audio::Engine& engine) { engine.set_master(db); });
        master_->set_value(db);
    };
    connect(master_, &DragValue::changed, this, set);
    connect(master_, &DragValue::reset_wished, this, [set] { set(0); });
    connect(&desk_, &Desk::engine_changed, this, [this] {
        // The snapshot does not carry the master gain: the session does.
        desk_.command([this](audio::Engine& engine) { master_->set_value(engine.session().master_db); });
    });
    out->addWidget(master_);
    panic_ = button(tr("Panic"), "outline", tr("End every note and cancel every script's tasks (Ctrl+.)"), this);
    connect(panic_, &QPushButton::clicked, this,
            [this] { desk_.command([](audio::Engine& engine) { engine.panic(); }); });
    line.addWidget(panic_);
}

void TransportBar::refresh() {
    const audio::EngineSnapshot& now = desk_.snapshot();
    callback_peak_.feed(now.layers[static_cast<std::size_t>(audio::Layer::callback)].now);
    scripting_peak_.feed(now.layers[static_cast<std::size_t>(audio::Layer::scripting)].now);
    meter_->set_levels(now.master_left, now.master_right);
    midi_glow_ = now.midi_in ? glow_steps : std::max(0, midi_glow_ - 1);
    if (song_pace_.due()) {
        refresh_song();
    }
    if (machine_pace_.due()) {
        refresh_machine();
    }
}

void TransportBar::refresh_song() {
    const audio::EngineSnapshot& now = desk_.snapshot();
    const bool on = desk_.has_engine();
    const bool has_song = now.song_length_beats > 0;
    for (QWidget* widget : {static_cast<QWidget*>(play_), static_cast<QWidget*>(stop_), static_cast<QWidget*>(record_),
                            static_cast<QWidget*>(loop_), static_cast<QWidget*>(tempo_), static_cast<QWidget*>(master_),
                            static_cast<QWidget*>(panic_)}) {
        widget->setEnabled(on);
    }
    seek_->setEnabled(on && has_song);
    play_->setText(now.playing ? tr("Pause") : tr("▶ Play"));
    set_kind(*record_, now.recording ? "recording" : "outline");
    loop_->setChecked(now.loop);
    const QString song = desk_.song().isEmpty() ? tr("no song") : QFileInfo(desk_.song()).fileName();
    song_->setText(song_->fontMetrics().elidedText(song, Qt::ElideMiddle, narrow_ ? 56 : 110));
    song_->setToolTip(desk_.song());
    position_->setText(position_text(now.bar, now.beat, now.tick));
    if (!seek_->isSliderDown()) {
        seek_->setValue(has_song ? static_cast<int>(now.song_beat / now.song_length_beats * seek_steps) : 0);
    }
    tempo_->set_value(now.tempo);
    signature_->setText(QStringLiteral("%1/%2").arg(now.numerator).arg(now.denominator));
    for (QLabel* lamp : {midi_, lamp_}) {
        set_kind(*lamp, midi_glow_ > 0 ? "running" : "quiet");
    }
}

void TransportBar::refresh_machine() {
    const audio::EngineSnapshot& now = desk_.snapshot();
    const double callback = callback_peak_.value();
    const double scripting = scripting_peak_.value();
    callback_->setText(QString::number(callback, 'f', 1) + QStringLiteral(" %"));
    scripting_->setText(QString::number(scripting, 'f', 1) + QStringLiteral(" %"));
    set_kind(*callback_, callback >= 100 ? "failed" : callback >= hot_callback ? "warning" : "figure");
    xruns_->setText(QString::number(now.xruns));
    set_kind(*xruns_, now.xruns > 0 ? "failed" : "figure");

    const DeviceStatus device = desk_.hooks().device ? desk_.hooks().device() : DeviceStatus{};
    const std::uint32_t frames = now.frames > 0 ? now.frames : device.frames;
    const double rate = device.rate > 0 ? device.rate : now.sample_rate;
    const QString name = device.name.empty() ? tr("no device") : QString::fromStdString(device.name);
    const QString brief = name.startsWith(QLatin1String("JACK")) ? QStringLiteral("JACK") : name;
    const QString figures =
        QStringLiteral("%1 · %2 · %3 ms").arg(rate_text(rate)).arg(frames).arg(device.latency_ms, 0, 'f', 1);
    const QString shown = fontMetrics().elidedText(brief, Qt::ElideRight, narrow_ ? 60 : 120);
    device_->setText(device.name.empty() ? name : narrow_ ? shown : shown + QLatin1Char(' ') + figures);
    if (!device.name.empty()) {
        const QString load =
            device.cpu_load > 0 ? tr("\nThe device measures %1 % load.").arg(device.cpu_load, 0, 'f', 1) : QString();
        device_->setToolTip(tr("%1 · %2 frames a second · %3 frames a block · %4 ms output latency%5%6\n"
                               "Click to choose another")
                                .arg(name)
                                .arg(rate, 0, 'f', 0)
                                .arg(frames)
                                .arg(device.latency_ms, 0, 'f', 1)
                                .arg(load, device.notice.empty()
                                               ? QString()
                                               : QLatin1Char('\n') + QString::fromStdString(device.notice)));
    }
}

void TransportBar::toggle_recording() {
    if (desk_.snapshot().recording) {
        desk_.command([](audio::Engine& engine) { engine.stop_capture(); });
        return;
    }
    const QString folder =
        QStandardPaths::writableLocation(QStandardPaths::MusicLocation) + QStringLiteral("/Outboard");
    QDir().mkpath(folder);
    const QString path =
        folder + QDateTime::currentDateTime().toString(QStringLiteral("'/Outboard' yyyy-MM-dd HH.mm.ss'.wav'"));
    if (desk_.command([&](audio::Engine& engine) { engine.start_capture(path.toStdString()); })) {
        desk_.log(ConsoleEntry::Kind::notice, tr("recording to %1").arg(path));
    }
}

void TransportBar::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    fit();
}

void TransportBar::fit() {
    // From the widest to the narrowest, until what must be seen has its place.
    for (const int dropped : {0, 1, 2}) {
        const bool words_fit = dropped == 0;
        narrow_ = dropped == 2;
        xruns_word_->setText(words_fit ? tr("xruns") : tr("xr"));
        for (QLabel* words : {callback_word_, scripting_word_, midi_}) {
            words->setVisible(words_fit);
        }
        lamp_->setVisible(!words_fit);
        refresh_song();
        refresh_machine();
        // Chips hear of a hidden word by an event only; the sum is needed now.
        for (const QFrame* part : findChildren<QFrame*>(QString(), Qt::FindDirectChildrenOnly)) {
            if (part->layout() != nullptr) {
                part->layout()->activate();
            }
        }
        layout()->invalidate();
        layout()->activate();
        if (layout()->minimumSize().width() <= width()) {
            break;
        }
    }
}

}  // namespace outboard::ui
