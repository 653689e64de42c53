#include "ui/cpu_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/child.h"
#include "ui/cpu_plot.h"
#include "ui/layer_model.h"
#include "ui/process_panel.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

using audio::Layer;
constexpr std::chrono::milliseconds figures_every{250};
constexpr int row_height = 23;  ///< of the style sheet's items, their line included

/// What the colours of the plot mean.
class Legend : public QWidget {
public:
    explicit Legend(QWidget* parent) : QWidget(parent) {
        setFixedHeight(20);
        setFont(caption_font());
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const std::array<std::pair<QColor, QString>, 4> entries{{{theme().blue, tr("instruments")},
                                                                 {theme().amber, QStringLiteral("BUSY")},
                                                                 {theme().amber_pale, QStringLiteral("WAIT")},
                                                                 {theme().slate, tr("mix")}}};
        int x = 16;
        for (const auto& [colour, words] : entries) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(colour);
            painter.drawRoundedRect(QRectF(x, 5.5, 9, 9), 2, 2);
            painter.setPen(theme().quiet);
            const int wide = fontMetrics().horizontalAdvance(words);
            painter.drawText(QRect(x + 14, 0, wide + 2, height()), Qt::AlignVCenter, words);
            x += wide + 28;
        }
        painter.drawText(rect().adjusted(0, 0, -14, 0), Qt::AlignRight | Qt::AlignVCenter, tr("last 30 s"));
    }
};

}  // namespace

QString block_heading(const audio::EngineSnapshot& snapshot) {
    if (snapshot.frames == 0 || snapshot.sample_rate <= 0) {
        return QObject::tr("PERCENT OF A BLOCK · LAST 10 S");
    }
    const double ms = 1000.0 * snapshot.frames / snapshot.sample_rate;
    return QObject::tr("PERCENT OF A %1 MS BLOCK · LAST 10 S").arg(ms, 0, 'f', 2);
}

CpuPanel::CpuPanel(Desk& desk, QWidget* parent) : QWidget(parent), desk_(desk) {
    setProperty("kind", "room");
    auto* rows = child<QVBoxLayout>(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(4);
    sentence_ = child<QLabel>(this);
    sentence_->setAccessibleName(tr("What scripting costs"));
    sentence_->setWordWrap(true);
    sentence_->setTextFormat(Qt::RichText);
    sentence_->setProperty("kind", "sentence");
    sentence_->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    connect(sentence_, &QLabel::linkActivated, this, [this] { reset(); });
    auto* top = child<QHBoxLayout>();
    top->setContentsMargins(16, 0, 16, 4);  // margins of the label itself do not outlive a change of theme
    top->addWidget(sentence_);
    rows->addLayout(top);
    auto* beside = child<QHBoxLayout>();
    beside->setContentsMargins(8, 0, 12, 0);
    beside->addWidget(make_tree());
    rows->addLayout(beside, 100);
    plot_ = child<CpuPlot>(this);
    rows->addWidget(plot_, 1);
    rows->addWidget(child<Legend>(this));
    process_ = child<ProcessPanel>(desk, this);
    rows->addWidget(process_);
    connect(&desk, &Desk::refreshed, this, &CpuPanel::refresh);
    connect(&desk, &Desk::selection_changed, this, &CpuPanel::show_figures);
    connect(&desk, &Desk::engine_changed, this, [this] {
        plot_->clear();
        desk_.command([this](audio::Engine& engine) { plot_->set_deadline(100 * engine.options().deadline); });
        show_figures();
    });
    show_figures();
}

CpuPanel::~CpuPanel() = default;

QWidget* CpuPanel::make_tree() {
    model_ = child<LayerModel>(this);
    tree_ = child<QTreeView>(this);
    tree_->setModel(model_);
    tree_->setAccessibleName(tr("Layers of a block"));
    tree_->setFrameShape(QFrame::NoFrame);
    tree_->setFocusPolicy(Qt::TabFocus);
    tree_->setIndentation(12);
    tree_->setUniformRowHeights(true);
    tree_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    tree_->setSelectionBehavior(QAbstractItemView::SelectRows);
    QHeaderView* header = tree_->header();
    header->setStretchLastSection(false);
    header->setSectionsClickable(false);
    header->setMinimumSectionSize(40);
    header->setSectionResizeMode(LayerModel::name_column, QHeaderView::Stretch);
    for (int column = LayerModel::now_column; column < LayerModel::column_count; ++column) {
        header->setSectionResizeMode(column, QHeaderView::Fixed);
        header->resizeSection(column, 46);
    }
    tree_->expand(model_->index_of(Layer::callback));
    tree_->expand(model_->index_of(Layer::scripting));
    for (const auto signal : {&QTreeView::expanded, &QTreeView::collapsed}) {
        connect(tree_, signal, this, &CpuPanel::fit_tree);
    }
    connect(model_, &QAbstractItemModel::rowsInserted, this, &CpuPanel::fit_tree);
    connect(model_, &QAbstractItemModel::rowsRemoved, this, &CpuPanel::fit_tree);
    fit_tree();
    connect(tree_, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        if (const QVariant track = index.data(LayerModel::track_role); track.isValid()) {
            desk_.select(track.toUInt());
        }
    });
    return tree_;
}

void CpuPanel::fit_tree() {
    int rows = 0;
    for (QModelIndex at = model_->index(0, 0); at.isValid(); at = tree_->indexBelow(at)) {
        ++rows;
    }
    // As high as its rows: what is left over belongs to the plot.
    tree_->setMaximumHeight(tree_->header()->sizeHint().height() + rows * row_height + 2);
    tree_->setMinimumHeight(std::min(tree_->maximumHeight(), 6 * row_height));
}

void CpuPanel::refresh() {
    const auto now = std::chrono::steady_clock::now();
    if (desk_.has_engine()) {
        plot_->feed(desk_.snapshot(), now);
    }
    if (now - shown_ >= figures_every) {
        show_figures();
    }
}

void CpuPanel::show_figures() {
    shown_ = std::chrono::steady_clock::now();
    model_->set_snapshot(desk_.snapshot());
    show_sentence();
    process_->refresh();
    if (const QString words = block_heading(desk_.snapshot()); words != heading_) {
        heading_ = words;
        emit heading_changed(words);
    }
}

void CpuPanel::show_sentence() {
    const audio::EngineSnapshot& now = desk_.snapshot();
    QString words;
    if (!desk_.has_engine()) {
        words = tr("No device runs.");
    } else {
        const audio::LayerFigures& scripting = now.layers[static_cast<std::size_t>(Layer::scripting)];
        std::uint64_t late = 0;
        for (const audio::TrackSnapshot& track : now.tracks) {
            late += track.script.late_blocks();
        }
        const QString quiet = theme().quiet.name();
        words = tr("Scripting takes <b style='color:%1'>%2 %</b> of each block, at most %3 %. "
                   "<span style='color:%4'>late&nbsp;%5&nbsp;·&nbsp;</span><a href='reset' style='color:%6; "
                   "text-decoration:none'>"
                   "reset</a>")
                    .arg(theme().amber.name())
                    .arg(scripting.mean_all, 0, 'f', 1)
                    .arg(scripting.max, 0, 'f', 1)
                    .arg(late > 0 ? theme().red.name() : quiet)
                    .arg(late)
                    .arg(quiet);
    }
    if (sentence_->text() != words) {
        sentence_->setText(words);
    }
}

void CpuPanel::reset() {
    desk_.command([](audio::Engine& engine) { engine.reset_figures(); });
    plot_->clear();
}

}  // namespace outboard::ui
