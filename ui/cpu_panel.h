// CpuPanel: where the time of a block goes: one sentence, the tree of layers, the last 30 s, the selected process.
//
// The figures move four times a second, however often snapshots come: numbers that flicker cannot be read.
#pragma once

#include <QWidget>

#include <chrono>

#include "ui/desk.h"

class QLabel;
class QTreeView;

namespace outboard::ui {

class CpuPlot;
class LayerModel;
class ProcessPanel;

class CpuPanel : public QWidget {
    Q_OBJECT

public:
    explicit CpuPanel(Desk& desk, QWidget* parent = nullptr);
    ~CpuPanel() override;

    [[nodiscard]] LayerModel& layers() noexcept { return *model_; }
    /// Shows the desk's snapshot now, whatever the clock says.
    void show_figures();

signals:
    void heading_changed(const QString& words);  ///< "PERCENT OF A 1.33 MS BLOCK · LAST 10 S"

private:
    QWidget* make_tree();
    void fit_tree();
    void refresh();
    void show_sentence();
    void reset();

    Desk& desk_;
    LayerModel* model_ = nullptr;
    QLabel* sentence_ = nullptr;
    QTreeView* tree_ = nullptr;
    CpuPlot* plot_ = nullptr;
    ProcessPanel* process_ = nullptr;
    std::chrono::steady_clock::time_point shown_{};
    QString heading_;
};

/// Length of a block in words: "1.33 MS".
[[nodiscard]] QString block_heading(const audio::EngineSnapshot& snapshot);

}  // namespace outboard::ui
