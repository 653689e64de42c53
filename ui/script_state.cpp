#include "ui/script_state.h"

#include <QFileInfo>
#include <QObject>
#include <QStringList>

#include <algorithm>

#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr int lately_seconds = 10;  ///< as in the CPU panel: what is longer ago is only counted

/// How often it was late in the last seconds.
std::ptrdiff_t late_lately(const audio::TrackSnapshot& track, const audio::EngineSnapshot& snapshot) {
    const auto since = snapshot.sample - static_cast<std::int64_t>(lately_seconds * snapshot.sample_rate);
    return std::ranges::count_if(track.script.late_windows,
                                 [&](const scripting::LateWindow& window) { return window.end > since; });
}

/// The names of those in a chain.
QStringList scripts_given_up(const audio::TrackSnapshot& track) {
    QStringList names;
    for (std::size_t place = 0; place < track.script.scripts.size(); ++place) {
        if (has_given_up(track, place)) {
            names.push_back(QFileInfo(QString::fromStdString(track.script.scripts[place])).fileName());
        }
    }
    return names;
}

}  // namespace

bool has_given_up(const audio::TrackSnapshot& track, std::size_t place) {
    return track.script.scripts.size() > 1 && (track.script.given_up & ~track.settings.left_out) >> place & 1;
}

ScriptState script_state(const audio::TrackSnapshot& track, const audio::EngineSnapshot& snapshot) {
    using scripting::SlotState;
    const scripting::SlotFigures& figures = track.script;
    const QString reason =
        figures.reasons.empty() ? QString() : QString::fromStdString(figures.reasons.back()).trimmed();
    const Theme& t = theme();
    ScriptState state;
    switch (figures.state) {
        case SlotState::empty:
            state = {QObject::tr("no script"), QObject::tr("Everything passes to the instrument."), t.slate, false};
            break;
        case SlotState::loading:
            state = {QObject::tr("loading"), QObject::tr("The script's process is starting."), t.yellow, false};
            break;
        case SlotState::live:
            state = {QObject::tr("running"), QObject::tr("Answers in the same block."), t.green, false};
            break;
        case SlotState::late:
            state = {QObject::tr("late"), QObject::tr("It owes an earlier block."), t.yellow, false};
            break;
        case SlotState::pipelined:
            state = {QObject::tr("late: pipelined"),
                     QObject::tr("It was late again and again and now plays one block later."), t.yellow, false};
            break;
        case SlotState::bypassed:
            state = {track.settings.bypassed || reason.isEmpty() ? QObject::tr("bypassed: by you")
                                                                 : QObject::tr("bypassed: %1").arg(reason),
                     QObject::tr("Everything passes; the script is not called."), t.slate, false};
            break;
        case SlotState::restarting:
            state = {QObject::tr("restarting"), QObject::tr("Its process ended; a new one is on its way."), t.yellow,
                     false};
            break;
        case SlotState::failed:
            state = {QObject::tr("failed"), QObject::tr("The script cannot be loaded: see the console."), t.red, true};
            break;
    }
    const bool runs = figures.state == SlotState::live || figures.state == SlotState::late;
    if (const auto late = late_lately(track, snapshot); runs && late > 0) {
        state.words = QObject::tr("late %1").arg(late);
        state.lamp = t.yellow;
        state.detail +=
            QLatin1Char(' ') + QObject::tr("Times it was late in the last %1 s: %2.").arg(lately_seconds).arg(late);
    }
    if (runs && figures.late_blocks() > 0) {
        state.detail += QLatin1Char(' ') + QObject::tr("Late answers since reset: %1.").arg(figures.late_blocks());
    }
    const QStringList given_up = scripts_given_up(track);
    if (runs && !given_up.isEmpty()) {
        state.words = QObject::tr("%1 bypassed").arg(given_up.size());
        state.lamp = t.yellow;
        state.detail =
            QObject::tr("Bypassed for errors: %1. The chain's other scripts play on.").arg(given_up.join(", "));
    }
    if (figures.restarts > 0) {
        state.detail += QLatin1Char(' ') + QObject::tr("Restarts: %1.").arg(figures.restarts);
    }
    if (!reason.isEmpty()) {
        state.detail += QLatin1Char(' ') + reason;
    }
    return state;
}

}  // namespace outboard::ui
