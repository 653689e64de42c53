#include "ui/cpu_plot.h"

#include <QFileInfo>
#include <QHelpEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>

#include "ui/child.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

using audio::Layer;

constexpr double point_every = 0.1;  ///< s
constexpr double words_width = 9;    ///< s that a swap's words cover
constexpr int word_rows = 4;
constexpr std::array order{Layer::instruments, Layer::busy, Layer::wait, Layer::mix};

QColor colour_of(Layer layer) {
    switch (layer) {
        case Layer::busy:
            return theme().amber;
        case Layer::wait:
            return theme().amber_pale;
        case Layer::mix:
            return theme().slate;
        default:
            return theme().blue;
    }
}

}  // namespace

CpuPlot::CpuPlot(QWidget* parent) : QCustomPlot(parent) {
    setAccessibleName(tr("Load of the last 30 seconds"));
    setToolTip(tr("Percent of a block, sampled 30 times a second, last 30 s"));
    setNoAntialiasingOnDrag(true);
    setInteractions({});
    for (std::size_t i = 0; i < stack_size; ++i) {
        graphs_[i] = addGraph();
        graphs_[i]->setPen(Qt::NoPen);
        graphs_[i]->setAntialiasedFill(false);
        if (i > 0) {
            graphs_[i]->setChannelFillGraph(graphs_[i - 1]);
        }
    }
    xAxis->setRange(-seconds, 0);
    xAxis->setVisible(false);
    yAxis->setRange(0, 10);
    yAxis->ticker()->setTickCount(4);
    yAxis->setSubTicks(false);
    yAxis->setTickLength(0);
    yAxis->setBasePen(Qt::NoPen);
    yAxis->setTickLabelFont(caption_font());
    yAxis->setNumberFormat(QStringLiteral("f"));
    yAxis->setNumberPrecision(0);
    xAxis->grid()->setVisible(false);
    axisRect()->setAutoMargins(QCP::msNone);
    axisRect()->setMargins(QMargins(30, 8, 12, 4));

    deadline_line_ = child<QCPItemStraightLine>(this);
    deadline_words_ = child<QCPItemText>(this);
    deadline_words_->setFont(caption_font());
    deadline_words_->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
    deadline_words_->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
    apply_colours();
    fit_axis();
}

void CpuPlot::feed(const audio::EngineSnapshot& snapshot, std::chrono::steady_clock::time_point now) {
    if (!started_) {
        started_ = true;
        start_ = now;
        last_point_ = 0;
    }
    const double time = std::chrono::duration<double>(now - start_).count();
    for (std::size_t i = 0; i < stack_size; ++i) {
        pending_[i] = std::max(pending_[i], snapshot.layers[static_cast<std::size_t>(order[i])].now);
    }
    watch_swaps(snapshot, time);
    if (time - last_point_ >= point_every) {
        last_point_ = time;
        add_point(time);
        pending_ = {};
        fit_axis();
        xAxis->setRange(time - seconds, time);
        for (const Mark& mark : marks_) {
            place_words(mark);
        }
        if (isVisible() && ++points_ % 2 == 0) {
            replot(QCustomPlot::rpQueuedReplot);
        }
    }
}

void CpuPlot::set_deadline(double percent) {
    deadline_ = percent;
    fit_axis();
}

void CpuPlot::clear() {
    for (QCPGraph* graph : graphs_) {
        graph->data()->clear();
    }
    for (const Mark& mark : marks_) {
        removeItem(mark.line);
        removeItem(mark.words);
    }
    marks_.clear();
    swaps_.clear();
    started_ = false;
}

double CpuPlot::top() const {
    return yAxis->range().upper;
}

void CpuPlot::add_point(double time) {
    double sum = 0;
    for (std::size_t i = 0; i < stack_size; ++i) {
        sum += pending_[i];
        graphs_[i]->addData(time, sum);
        graphs_[i]->data()->removeBefore(time - seconds - 1);
    }
    while (!marks_.empty() && marks_.front().time < time - seconds) {
        removeItem(marks_.front().line);
        removeItem(marks_.front().words);
        marks_.pop_front();
    }
}

void CpuPlot::watch_swaps(const audio::EngineSnapshot& snapshot, double time) {
    for (const audio::TrackSnapshot& track : snapshot.tracks) {
        const auto [known, is_new] = swaps_.try_emplace(track.id, track.script.swaps);
        const bool swapped = !is_new && track.script.swaps > known->second;
        known->second = track.script.swaps;
        if (!swapped) {
            continue;
        }
        // It is told of a little later than it was.
        const double ago = static_cast<double>(snapshot.sample - track.script.swap_sample) / snapshot.sample_rate;
        const QString took = tr("swapped in %1 ms").arg(track.script.swap_ms, 0, 'f', 0);
        Mark mark;
        mark.time = time - std::clamp(ago, 0.0, seconds);
        mark.told = QStringLiteral("%1 · %2 · %3")
                        .arg(QString::fromStdString(track.settings.name),
                             QFileInfo(QString::fromStdString(track.script.script)).fileName(), took);
        add_mark(mark, took);
    }
}

void CpuPlot::add_mark(Mark mark, const QString& words) {
    const bool close = !marks_.empty() && mark.time - marks_.back().time < words_width;
    mark.row = close ? (marks_.back().row + 1) % word_rows : 0;
    mark.line = child<QCPItemLine>(this);
    mark.line->setPen(QPen(theme().quiet, 1, Qt::DashLine));
    mark.line->start->setTypeY(QCPItemPosition::ptAxisRectRatio);
    mark.line->end->setTypeY(QCPItemPosition::ptAxisRectRatio);
    mark.line->start->setCoords(mark.time, 0);
    mark.line->end->setCoords(mark.time, 1);
    mark.words = child<QCPItemText>(this);
    mark.words->setFont(caption_font());
    mark.words->setColor(theme().quiet);
    mark.words->setBrush(theme().room);  // over the lines of others
    mark.words->setText(words);
    mark.words->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    place_words(mark);
    marks_.push_back(mark);
}

/// Beside their line, on the side where there is room.
void CpuPlot::place_words(const Mark& mark) const {
    const bool right = mark.time - xAxis->range().lower < words_width;
    mark.words->setPositionAlignment((right ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignTop);
    mark.words->position->setCoords(mark.time + (right ? 0.3 : -0.3), 0.12 + 0.09 * mark.row);
}

QString CpuPlot::mark_at(int x) const {
    constexpr double near = 4;  // px
    for (const Mark& mark : marks_) {
        if (std::abs(xAxis->coordToPixel(mark.time) - x) <= near) {
            return mark.told;
        }
    }
    return {};
}

bool CpuPlot::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const QString told = mark_at(help->pos().x()); !told.isEmpty()) {
            QToolTip::showText(help->globalPos(), told, this);
            return true;
        }
    }
    return QCustomPlot::event(event);
}

void CpuPlot::fit_axis() {
    bool found = false;
    const QCPRange range = graphs_.back()->getValueRange(found);
    const double highest = found ? range.upper * 1.25 : 0;
    double upper = 100;
    for (const double step : {5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0}) {
        upper = step;
        if (highest <= step) {
            break;
        }
    }
    yAxis->setRange(0, upper);
    const bool inside = deadline_ <= upper;
    deadline_line_->setVisible(inside);
    deadline_line_->point1->setCoords(0, deadline_);
    deadline_line_->point2->setCoords(1, deadline_);
    deadline_words_->setText(inside ? tr("deadline %1 %").arg(deadline_, 0, 'f', 0)
                                    : tr("deadline %1 %, above").arg(deadline_, 0, 'f', 0));
    deadline_words_->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    deadline_words_->position->setCoords(0.01, inside ? 1.0 - deadline_ / upper + 0.01 : 0.0);
}

void CpuPlot::changeEvent(QEvent* event) {
    QCustomPlot::changeEvent(event);
    if (event->type() == QEvent::StyleChange && deadline_words_ != nullptr) {
        apply_colours();
    }
}

void CpuPlot::apply_colours() {
    setBackground(theme().room);
    for (std::size_t i = 0; i < stack_size; ++i) {
        graphs_[i]->setBrush(colour_of(order[i]));
    }
    yAxis->setTickLabelColor(theme().quiet);
    yAxis->grid()->setPen(QPen(theme().line, 1));
    yAxis->grid()->setZeroLinePen(QPen(theme().line, 1));
    yAxis->setTickPen(Qt::NoPen);
    deadline_line_->setPen(QPen(theme().red, 1));
    deadline_words_->setColor(theme().quiet);
    for (const Mark& mark : marks_) {
        mark.line->setPen(QPen(theme().quiet, 1, Qt::DashLine));
        mark.words->setColor(theme().quiet);
        mark.words->setBrush(theme().room);
    }
    replot(QCustomPlot::rpQueuedReplot);
}

}  // namespace outboard::ui
