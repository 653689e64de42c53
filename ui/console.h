// Console: what scripts print and what happens to them, with the song's position and the track's name.
//
// Errors are red; a place in a script is a link that goes to the line. The last 5000 entries are kept.
#pragma once

#include <QPlainTextEdit>
#include <QWidget>

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "ui/desk.h"

class QToolButton;

namespace outboard::ui {

/// The text itself: read-only, with links.
class ConsoleView : public QPlainTextEdit {
    Q_OBJECT

public:
    explicit ConsoleView(QWidget* parent = nullptr);
    void append(const ConsoleEntry& entry);

signals:
    void link_clicked(const QString& file, int line);

protected:
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
};

class Console : public QWidget {
    Q_OBJECT

public:
    static constexpr std::size_t capacity = 5000;

    explicit Console(Desk& desk, QWidget* parent = nullptr);

    [[nodiscard]] ConsoleView& view() noexcept { return *view_; }
    [[nodiscard]] const std::deque<ConsoleEntry>& entries() const noexcept { return entries_; }
    void clear();
    /// Only what concerns this track; nothing: all.
    void set_filter(std::optional<std::uint32_t> track);
    /// The filter's and Clear's buttons, for the dock's heading.
    [[nodiscard]] std::vector<QWidget*> heading_widgets() const;

signals:
    void link_clicked(const QString& file, int line);

private:
    void add(const ConsoleEntry& entry);
    void flush();
    void redraw();
    [[nodiscard]] bool shows(const ConsoleEntry& entry) const;
    void fill_filter_menu();

    Desk& desk_;
    std::deque<ConsoleEntry> entries_;
    std::vector<ConsoleEntry> pending_;  ///< of this step of the clock
    std::optional<std::uint32_t> filter_;
    ConsoleView* view_ = nullptr;
    QToolButton* filter_button_ = nullptr;
    QToolButton* clear_button_ = nullptr;
};

}  // namespace outboard::ui
