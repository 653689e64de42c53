// FlowLayout: as many in a line as there is room for, then the next line. Each is as wide as it likes to be; one that
// is wider than the room gets the room, and its height follows.
#pragma once

#include <QLayout>

#include <memory>
#include <vector>

namespace outboard::ui {

class FlowLayout : public QLayout {
public:
    /// Pixels between two in a line, and between two lines.
    FlowLayout(int across, int down, QWidget* parent = nullptr);
    ~FlowLayout() override;
    FlowLayout(const FlowLayout&) = delete;
    FlowLayout& operator=(const FlowLayout&) = delete;

    void addItem(QLayoutItem* item) override;
    [[nodiscard]] int count() const override { return static_cast<int>(items_.size()); }
    [[nodiscard]] QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    [[nodiscard]] Qt::Orientations expandingDirections() const override { return {}; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;     ///< all in one line
    [[nodiscard]] QSize minimumSize() const override;  ///< the widest one alone
    void setGeometry(const QRect& rect) override;

private:
    /// Goes through the lines in `room`, and puts everything there if `place`. Returns their height.
    int arrange(const QRect& room, bool place) const;

    int across_, down_;
    std::vector<std::unique_ptr<QLayoutItem>> items_;
};

}  // namespace outboard::ui
