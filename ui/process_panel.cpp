#include "ui/process_panel.h"

#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/child.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

QString microseconds(const ipc::ProbeFigures& figures) {
    return QStringLiteral("%1 / %2 µs").arg(figures.p50 / 1000, 0, 'f', 0).arg(figures.p99 / 1000, 0, 'f', 0);
}

/// The latest first, each once with how often it came: at most four.
QString counted(const std::vector<std::string>& reasons) {
    constexpr qsizetype most = 4;
    QStringList lines;
    for (auto at = reasons.rbegin(); at != reasons.rend() && lines.size() < most; ++at) {
        if (std::find(reasons.rbegin(), at, *at) == at) {
            const auto times = std::count(reasons.begin(), reasons.end(), *at);
            const QString words = QString::fromStdString(*at).trimmed();
            lines << (times > 1 ? QStringLiteral("%1 × %2").arg(times).arg(words) : words);
        }
    }
    return lines.join(QLatin1Char('\n'));
}

}  // namespace

ProcessPanel::ProcessPanel(Desk& desk, QWidget* parent) : QWidget(parent), desk_(desk) {
    auto* rows = child<QVBoxLayout>(this);
    rows->setContentsMargins(16, 0, 16, 8);
    rows->setSpacing(4);
    title_ = child<QLabel>(this);
    title_->setFont(caption_font());
    rows->addWidget(title_);
    auto* grid = child<QGridLayout>();
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(2);
    const std::array<std::pair<QString, QString>, field_count> words{{
        {tr("process"), tr("Process id of the script")},
        {tr("transport"), tr("How events cross: shared memory or pipe")},
        {tr("CPU"), tr("Percent of one core")},
        {tr("memory"), tr("Resident memory of the process")},
        {tr("calls"), tr("Calls since the script was loaded")},
        {tr("late"), tr("Late / missed answers, and events that were too old to play")},
        {tr("restarts"), tr("How often its process had to be started again")},
        {tr("events"), tr("Events that went in / came out")},
        {tr("WAIT"), tr("Median / 99 % of posted → started, last 10 s")},
        {tr("BUSY"), tr("Median / 99 % of started → finished, last 10 s")},
        {tr("awake"), tr("Calls that met it awake, and what being awake before them costs of one core")},
        {tr("fetched"), tr("How often its core did not take it up when it was called, so that it was moved to the "
                           "callback's")},
        {tr("priority"), tr("Real-time or normal, and how often being late cost it its real-time priority")},
    }};
    for (int i = 0; i < field_count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        names_[at] = child<QLabel>(words[at].first, this);
        names_[at]->setProperty("kind", "caption");
        values_[at] = child<QLabel>(this);
        values_[at]->setFont(caption_font());
        values_[at]->setToolTip(words[at].second);
        values_[at]->setAccessibleName(words[at].first);
        values_[at]->setTextInteractionFlags(Qt::TextSelectableByMouse);
        const int column = i % 2 * 2;
        grid->addWidget(names_[at], i / 2, column);
        grid->addWidget(values_[at], i / 2, column + 1);
    }
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    rows->addLayout(grid);
    reason_ = child<QLabel>(this);
    reason_->setProperty("kind", "caption");
    reason_->setWordWrap(true);
    rows->addWidget(reason_);
    refresh();
}

void ProcessPanel::refresh() {
    const audio::TrackSnapshot* track = desk_.selected_track();
    const bool has_process = track != nullptr && !track->script.transport.empty();
    for (std::size_t i = 0; i < field_count; ++i) {
        names_[i]->setVisible(has_process);
        values_[i]->setVisible(has_process);
    }
    reason_->setVisible(has_process && !track->script.reasons.empty());
    if (track == nullptr) {
        title_->setText(tr("no track"));
        return;
    }
    const QString name = QString::fromStdString(track->settings.name);
    if (!has_process) {
        title_->setText(tr("%1 · no script process").arg(name));
        return;
    }
    const scripting::SlotFigures& f = track->script;
    QStringList scripts;
    for (const std::string& script : f.scripts) {
        scripts.append(QFileInfo(QString::fromStdString(script)).fileName());
    }
    title_->setText(name + QStringLiteral(" · ") + scripts.join(QStringLiteral(" → ")));
    values_[pid]->setText(QString::number(f.pid));
    values_[transport]->setText(f.transport == "shm" ? tr("shared memory") : QString::fromStdString(f.transport));
    values_[cpu]->setText(QStringLiteral("%1 %").arg(f.cpu_percent, 0, 'f', 1));
    values_[memory]->setText(QStringLiteral("%1 MB").arg(f.rss_mb, 0, 'f', 1));
    values_[calls]->setText(QString::number(f.calls));
    values_[late]->setText(tr("%1 / %2, stale %3").arg(f.late).arg(f.missed).arg(f.stale));
    values_[restarts]->setText(QString::number(f.restarts));
    values_[events]->setText(tr("%1 in, %2 out").arg(f.events_in).arg(f.events_out));
    values_[wait]->setText(microseconds(f.wait));
    values_[busy]->setText(microseconds(f.busy));
    const auto called = static_cast<double>(std::max<std::uint64_t>(f.met_polling + f.woke, 1));
    values_[awake]->setText(f.met_polling == 0
                                ? tr("no")
                                : tr("%1 %, polls %2 %")
                                      .arg(100.0 * static_cast<double>(f.met_polling) / called, 0, 'f', 0)
                                      .arg(f.poll_burn_percent, 0, 'f', 1));
    values_[fetched]->setText(QString::number(f.fetched));
    const QString lost = f.demotions == 0 ? QString() : tr(", lost %1 times").arg(f.demotions);
    values_[priority]->setText((f.realtime ? tr("real-time") : tr("normal")) + lost);
    if (!f.reasons.empty()) {
        reason_->setText(counted(f.reasons));
    }
}

}  // namespace outboard::ui
