// TrackList: the cards of all tracks, one under the other, and the button that adds one.
#pragma once

#include <QWidget>

#include <cstdint>
#include <memory>
#include <vector>

#include "ui/desk.h"
#include "ui/pace.h"

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace outboard::ui {

class TrackCard;

class TrackList : public QWidget {
    Q_OBJECT

public:
    explicit TrackList(Desk& desk, QWidget* parent = nullptr);
    ~TrackList() override;

    [[nodiscard]] const std::vector<std::unique_ptr<TrackCard>>& cards() const noexcept { return cards_; }
    void add_track();

signals:
    void new_script_wished(std::uint32_t track);
    void open_script_wished(std::uint32_t track);

private:
    void refresh();

    Desk& desk_;
    QVBoxLayout* column_ = nullptr;
    QLabel* empty_ = nullptr;
    QPushButton* add_ = nullptr;
    std::vector<std::unique_ptr<TrackCard>> cards_;
    Pace words_{std::chrono::milliseconds(200)};  ///< of the cards; levels come with every snapshot
};

}  // namespace outboard::ui
