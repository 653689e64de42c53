#include "ui/piano_keyboard.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <bit>
#include <cmath>

#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr int white_count = PianoKeyboard::octaves * 7 + 1;  ///< the last C too
constexpr double computer_velocity = 0.8;

bool is_black(int key) {
    const int tone = key % 12;
    return tone == 1 || tone == 3 || tone == 6 || tone == 8 || tone == 10;
}

/// White keys below `key`, counted from the C at or below 0.
int whites_below(int key) {
    static constexpr std::array below{0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6};
    return key / 12 * 7 + below[static_cast<std::size_t>(key % 12)];
}

bool is_set(const std::array<std::uint64_t, 2>& bits, int key) {
    return (bits[static_cast<std::size_t>(key / 64)] >> (key % 64) & 1) != 0;
}

/// Two rows of the computer's keys, as trackers have them: distance from the lowest key, or nothing.
std::optional<int> offset_of(int qt_key) {
    static constexpr std::array low{Qt::Key_Z, Qt::Key_S, Qt::Key_X, Qt::Key_D, Qt::Key_C, Qt::Key_V,
                                    Qt::Key_G, Qt::Key_B, Qt::Key_H, Qt::Key_N, Qt::Key_J, Qt::Key_M};
    static constexpr std::array high{Qt::Key_Q, Qt::Key_2, Qt::Key_W, Qt::Key_3, Qt::Key_E, Qt::Key_R,
                                     Qt::Key_5, Qt::Key_T, Qt::Key_6, Qt::Key_Y, Qt::Key_7, Qt::Key_U,
                                     Qt::Key_I, Qt::Key_9, Qt::Key_O, Qt::Key_0, Qt::Key_P};
    if (const auto at = std::ranges::find(low, qt_key); at != low.end()) {
        return static_cast<int>(at - low.begin());
    }
    if (const auto at = std::ranges::find(high, qt_key); at != high.end()) {
        return 12 + static_cast<int>(at - high.begin());
    }
    return {};
}

/// The face of a key that a script has marked: a tint of the palette, so that held and sounding keys still stand out.
QColor marked_face(const scripting::KeyMark& mark, const QColor& own) {
    const Theme& t = theme();
    const auto colour = [&]() -> std::optional<QColor> {
        if (mark.colour == "amber")
            return t.amber_pale;
        if (mark.colour == "blue")
            return t.blue;
        if (mark.colour == "green")
            return t.green;
        if (mark.colour == "red")
            return t.red;
        if (mark.colour == "violet")
            return QColor(0x9A, 0x77, 0xCF);
        if (mark.colour == "yellow")
            return t.yellow;
        if (mark.colour == "grey")
            return t.slate;
        return std::nullopt;
    }();
    if (mark.kind == scripting::KeyMark::Kind::off) {
        return blend(t.slate, own, 0.5);
    }
    return colour ? blend(*colour, own, 0.55) : own;
}

}  // namespace

QString key_name(int key) {
    static constexpr std::array names{"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
    return QString::fromLatin1(names[static_cast<std::size_t>(key % 12)]) + QString::number(key / 12 - 2);
}

PianoKeyboard::PianoKeyboard(Desk& desk, QWidget* parent) : QWidget(parent), desk_(desk) {
    setFocusPolicy(Qt::ClickFocus);
    setAccessibleName(tr("Piano keyboard"));
    connect(&desk, &Desk::refreshed, this, [this] {
        const audio::TrackSnapshot* track = desk_.selected_track();
        const std::array<std::uint64_t, 2> sounding =
            track == nullptr ? std::array<std::uint64_t, 2>{} : track->keys_down;
        const auto& held = desk_.snapshot().keys_held;
        const std::array<std::uint64_t, 4> now{held[0], held[1], sounding[0], sounding[1]};
        const auto marks = track == nullptr ? std::vector<scripting::KeyMark>{} : track->key_marks;
        if (now != shown_ || marks != marks_) {
            shown_ = now;
            marks_ = marks;
            update();
        }
    });
    connect(&desk, &Desk::about_to_select, this, &PianoKeyboard::release_all);
    connect(&desk, &Desk::selection_changed, this, qOverload<>(&QWidget::update));
    // The engine that knew these keys is gone.
    connect(&desk, &Desk::engine_changed, this, [this] {
        down_.clear();
        computer_.clear();
        mouse_.reset();
        update();
    });
}

PianoKeyboard::~PianoKeyboard() {
    release_all();
}

void PianoKeyboard::set_lowest_key(int key) {
    release_all();
    lowest_ = std::clamp(key / 12 * 12, 0, 60);
    update();
    emit range_changed();
}

bool PianoKeyboard::computer_key(int qt_key, bool down) {
    if (!down) {
        const auto at = computer_.find(qt_key);
        if (at == computer_.end()) {
            return offset_of(qt_key).has_value();
        }
        release(at->second);
        computer_.erase(at);
        return true;
    }
    const std::optional<int> offset = offset_of(qt_key);
    if (!offset) {
        return false;
    }
    // The middle of the keyboard: the lower row begins an octave above its first key.
    const int key = lowest_ + 12 + *offset;
    if (key <= 127 && computer_.try_emplace(qt_key, key).second) {
        press(key, computer_velocity);
    }
    return true;
}

void PianoKeyboard::release_all() {
    for (const auto& [key, press] : down_) {
        desk_.command([key = static_cast<std::uint8_t>(key), channel = press.channel](audio::Engine& engine) {
            engine.key_up(key, channel);
        });
    }
    down_.clear();
    computer_.clear();
    mouse_.reset();
    update();
}

void PianoKeyboard::press(int key, double velocity) {
    Press& press = down_[key];
    if (++press.holders > 1) {
        return;
    }
    press.channel = channel();
    const auto value = static_cast<std::uint8_t>(std::clamp(std::lround(velocity * 127), 1L, 127L));
    desk_.command([=, channel = press.channel](audio::Engine& engine) {
        engine.key_down(static_cast<std::uint8_t>(key), value, channel);
    });
    update();
}

void PianoKeyboard::release(int key) {
    const auto at = down_.find(key);
    if (at == down_.end() || --at->second.holders > 0) {
        return;
    }
    desk_.command([key, channel = at->second.channel](audio::Engine& engine) {
        engine.key_up(static_cast<std::uint8_t>(key), channel);
    });
    down_.erase(at);
    update();
}

void PianoKeyboard::mouse_to(std::optional<int> key, const QPointF& point) {
    if (key == mouse_) {
        return;
    }
    if (mouse_) {
        release(*mouse_);
    }
    mouse_ = key;
    if (key) {
        // Louder towards the front edge of the key.
        const QRectF rect = key_rect(*key);
        press(*key, 0.3 + 0.7 * std::clamp((point.y() - rect.top()) / rect.height(), 0.0, 1.0));
    }
}

std::uint8_t PianoKeyboard::channel() const {
    const audio::TrackSnapshot* track = desk_.selected_track();
    const std::uint16_t mask = track == nullptr ? std::uint16_t{0xFFFF} : track->settings.channels;
    return mask == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(std::countr_zero(mask));
}

QRectF PianoKeyboard::key_rect(int key) const {
    const double white = (width() - 1.0) / white_count;
    const double left = (whites_below(key) - whites_below(lowest_)) * white;
    if (is_black(key)) {
        const double wide = white * 0.6;
        return {left - wide / 2, 0, wide, height() * 0.62};
    }
    return {left, 0, white, height() - 1.0};
}

std::optional<int> PianoKeyboard::key_at(const QPointF& point) const {
    for (const bool black : {true, false}) {
        for (int key = lowest_; key <= lowest_ + 12 * octaves; ++key) {
            if (is_black(key) == black && key_rect(key).contains(point)) {
                return key;
            }
        }
    }
    return {};
}

void PianoKeyboard::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (const bool black : {false, true}) {
        for (int key = lowest_; key <= lowest_ + 12 * octaves; ++key) {
            if (is_black(key) == black) {
                draw_key(painter, key);
            }
        }
    }
}

void PianoKeyboard::draw_key(QPainter& painter, int key) const {
    const Theme& t = theme();
    const audio::TrackSnapshot* track = desk_.selected_track();
    const bool held = down_.contains(key) || is_set(desk_.snapshot().keys_held, key);
    const bool sounds = track != nullptr && is_set(track->keys_down, key);
    const scripting::KeyMark* mark = mark_of(key);
    const QColor own = is_black(key) ? t.black_key : t.white_key;
    const QColor plain = mark == nullptr ? own : marked_face(*mark, own);
    const QColor face = held ? t.amber : sounds ? track_colour(track->settings.colour) : plain;
    const QRectF rect = key_rect(key).adjusted(0.5, -3, -0.5, 0);
    painter.setPen(QPen(t.key_edge, 1));
    painter.setBrush(isEnabled() ? face : plain);
    painter.drawRoundedRect(rect, 3, 3);
    if (held && sounds) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(track_colour(track->settings.colour));
        painter.drawRect(QRectF(rect.left() + 1, rect.bottom() - 8, rect.width() - 2, 6));
    }
    if (mark != nullptr) {
        draw_mark(painter, *mark, rect, face);
    }
    const bool labelled = mark != nullptr && !mark->label.empty();
    if (!labelled && !is_black(key) && key % 12 == 0 && key_rect(key).width() >= 18) {
        painter.setFont(caption_font());
        painter.setPen(readable(QColor(0x55, 0x60, 0x6b), face, 4.5));
        painter.drawText(rect.adjusted(0, 0, 0, held && sounds ? -10 : -3), Qt::AlignHCenter | Qt::AlignBottom,
                         key_name(key));
    }
}

const scripting::KeyMark* PianoKeyboard::mark_of(int key) const {
    const auto found = std::ranges::find(marks_, key, &scripting::KeyMark::key);
    return found == marks_.end() ? nullptr : &*found;
}

void PianoKeyboard::draw_mark(QPainter& painter, const scripting::KeyMark& mark, const QRectF& rect,
                              const QColor& face) const {
    if (mark.kind == scripting::KeyMark::Kind::control) {  // a bar across its front: this key switches
        painter.setPen(Qt::NoPen);
        painter.setBrush(readable(theme().amber, face, 3));
        painter.drawRoundedRect(QRectF(rect.left() + 2, rect.bottom() - 6, rect.width() - 4, 3), 1.5, 1.5);
    }
    if (!mark.label.empty()) {  // upwards, where a key is narrower than words
        painter.save();
        painter.setFont(caption_font());
        painter.setPen(readable(QColor(0x55, 0x60, 0x6b), face, 4.5));
        painter.translate(rect.center().x(), rect.bottom() - 10);
        painter.rotate(-90);
        const QFontMetrics metrics(caption_font());
        const QString words = metrics.elidedText(QString::fromStdString(mark.label), Qt::ElideRight,
                                                 static_cast<int>(rect.height()) - 12);
        painter.drawText(QPointF(0, metrics.ascent() / 2.0 - 1), words);
        painter.restore();
    }
}

void PianoKeyboard::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        mouse_to(key_at(event->position()), event->position());
    }
}

void PianoKeyboard::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons().testFlag(Qt::LeftButton)) {
        mouse_to(key_at(event->position()), event->position());
    }
}

void PianoKeyboard::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        mouse_to({}, event->position());
    }
}

void PianoKeyboard::leaveEvent(QEvent*) {
    mouse_to({}, {});
}

void PianoKeyboard::focusOutEvent(QFocusEvent*) {
    release_all();
}

void PianoKeyboard::hideEvent(QHideEvent*) {
    release_all();
}

bool PianoKeyboard::event(QEvent* event) {
    if (event->type() == QEvent::WindowDeactivate) {
        release_all();
    } else if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const std::optional<int> key = key_at(help->pos());
        QString words = key ? tr("%1 · key %2").arg(key_name(*key)).arg(*key) : QString();
        if (const scripting::KeyMark* mark = key ? mark_of(*key) : nullptr) {
            words += mark->label.empty() ? QString() : QStringLiteral(" · ") + QString::fromStdString(mark->label);
            words += mark->kind == scripting::KeyMark::Kind::control ? tr(" · switches")
                     : mark->kind == scripting::KeyMark::Kind::off   ? tr(" · does nothing")
                                                                     : QString();
        }
        QToolTip::showText(help->globalPos(), words, this);
        return true;
    }
    return QWidget::event(event);
}

}  // namespace outboard::ui
