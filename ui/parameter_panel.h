// ParameterPanel: what the selected track's script declares, as controls, in its groups and rows. What has no room
// beside the others stands below them; the panel is as high as that needs, up to a share of the room it stands in. A
// right click (or the menu key) on a control lets a MIDI controller learn to move it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "ui/desk.h"
#include "ui/fitted_room.h"
#include "ui/parameter_controls.h"

class QHBoxLayout;
class QLabel;
class QMenu;
class QVBoxLayout;

namespace outboard::ui {

class FlowLayout;

class ParameterPanel : public FittedRoom {
    Q_OBJECT

public:
    explicit ParameterPanel(Desk& desk, QWidget* parent = nullptr);
    ~ParameterPanel() override;

protected:
    [[nodiscard]] int least_height() const override { return 104; }
    [[nodiscard]] int most_height() const override;

private:
    struct Control {
        ParameterControl control;
        std::size_t first = 0;  ///< of its declarations
    };
    void refresh();
    void clear();
    void rebuild(const audio::TrackSnapshot& track);
    /// The layout that the next control of a group and row goes into.
    [[nodiscard]] FlowLayout* place_of(const scripting::Parameter& parameter);
    struct Target {  ///< of a controller
        std::string id;
        QString name;
    };
    void offer_learning(const ParameterControl& control, std::span<const scripting::Parameter> declared);
    void show_learn_menu(const std::vector<Target>& targets, const QPoint& at);
    void add_learn_actions(QMenu& menu, const audio::TrackSnapshot& track, const Target& target);

    Desk& desk_;
    QHBoxLayout* line_ = nullptr;  ///< controls and presets
    QLabel* empty_ = nullptr;
    std::unique_ptr<QWidget> inside_;  ///< all controls
    QString group_;                    ///< that place_of was in last
    int row_ = 0;
    QVBoxLayout* lines_ = nullptr;  ///< of that group
    FlowLayout* row_line_ = nullptr;
    std::vector<Control> controls_;
    std::optional<std::uint32_t> track_;
    std::vector<std::string> ids_;
    std::uint64_t generation_ = 0;
};

}  // namespace outboard::ui
