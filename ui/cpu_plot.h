// CpuPlot: the last 30 s of the callback: instruments, BUSY, WAIT and mix stacked, the deadline, and swaps as marks.
#pragma once

#include <qcustomplot.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "audio/engine.h"

namespace outboard::ui {

class CpuPlot : public QCustomPlot {
    Q_OBJECT

public:
    static constexpr double seconds = 30;

    explicit CpuPlot(QWidget* parent = nullptr);

    /// One step of the window's clock. Points are made ten times a second from the highest of what came between.
    void feed(const audio::EngineSnapshot& snapshot, std::chrono::steady_clock::time_point now);
    void set_deadline(double percent);
    void clear();

    [[nodiscard]] double top() const;  ///< of the axis, percent
    /// What the mark at a place of the widget says, in full; empty: there is none.
    [[nodiscard]] QString mark_at(int x) const;
    [[nodiscard]] QSize sizeHint() const override { return {360, 170}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 90}; }

protected:
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    static constexpr std::size_t stack_size = 4;
    struct Mark {
        double time = 0;
        int row = 0;  ///< of its words: those of swaps that follow each other closely stand below each other
        QString told;
        QCPItemLine* line = nullptr;
        QCPItemText* words = nullptr;
    };
    void add_point(double time);
    void watch_swaps(const audio::EngineSnapshot& snapshot, double time);
    void add_mark(Mark mark, const QString& words);
    void place_words(const Mark& mark) const;
    void fit_axis();
    void apply_colours();

    std::array<QCPGraph*, stack_size> graphs_{};
    std::array<double, stack_size> pending_{};
    QCPItemStraightLine* deadline_line_ = nullptr;
    QCPItemText* deadline_words_ = nullptr;
    double deadline_ = 50;
    bool started_ = false;
    std::chrono::steady_clock::time_point start_{};
    double last_point_ = 0;
    unsigned points_ = 0;                           ///< every second one is drawn
    std::map<std::uint32_t, std::uint64_t> swaps_;  ///< how many there were, by track
    std::deque<Mark> marks_;
};

}  // namespace outboard::ui
