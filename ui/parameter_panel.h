// ParameterPanel: what the selected track's script declares, as knobs, menus and toggles.
#pragma once

#include <QWidget>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ui/desk.h"

class QHBoxLayout;
class QLabel;

namespace outboard::ui {

class ParameterPanel : public QWidget {
    Q_OBJECT

public:
    explicit ParameterPanel(Desk& desk, QWidget* parent = nullptr);
    ~ParameterPanel() override;

private:
    struct Control {
        std::unique_ptr<QWidget> widget;
        std::function<void(double)> show;  ///< a value from the engine
    };
    void refresh();
    void rebuild(const audio::TrackSnapshot& track);
    [[nodiscard]] Control make_knob(std::uint32_t track, const scripting::Parameter& parameter);
    [[nodiscard]] Control make_menu(std::uint32_t track, const scripting::Parameter& parameter);
    [[nodiscard]] Control make_toggle(std::uint32_t track, const scripting::Parameter& parameter);
    void user_sets(std::uint32_t track, const std::string& id, double value);

    Desk& desk_;
    QHBoxLayout* line_ = nullptr;
    QLabel* empty_ = nullptr;
    std::vector<Control> controls_;
    std::optional<std::uint32_t> track_;
    std::vector<std::string> ids_;
    std::uint64_t generation_ = 0;
};

}  // namespace outboard::ui
