// ParameterPanel: what the selected track's script declares, as controls, in its groups and rows. A right click (or the
// menu key) on a control lets a MIDI controller learn to move it.
#pragma once

#include <QWidget>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "ui/desk.h"
#include "ui/parameter_controls.h"

class QHBoxLayout;
class QLabel;
class QScrollArea;
class QVBoxLayout;

namespace outboard::ui {

class ParameterPanel : public QWidget {
    Q_OBJECT

public:
    explicit ParameterPanel(Desk& desk, QWidget* parent = nullptr);
    ~ParameterPanel() override;

private:
    struct Control {
        ParameterControl control;
        std::size_t first = 0;  ///< of its declarations
    };
    void refresh();
    void clear();
    void rebuild(const audio::TrackSnapshot& track);
    /// The layout that the next control of a group and row goes into.
    [[nodiscard]] QHBoxLayout* place_of(const scripting::Parameter& parameter);
    void offer_learning(QWidget* control, const scripting::Parameter& parameter);
    void show_learn_menu(const std::string& id, const QString& name, const QPoint& at);

    Desk& desk_;
    QScrollArea* scroll_ = nullptr;
    QHBoxLayout* line_ = nullptr;
    QLabel* empty_ = nullptr;
    std::unique_ptr<QWidget> inside_;  ///< all controls
    QString group_;                    ///< that place_of was in last
    int row_ = 0;
    QVBoxLayout* lines_ = nullptr;  ///< of that group
    QHBoxLayout* row_line_ = nullptr;
    std::vector<Control> controls_;
    std::optional<std::uint32_t> track_;
    std::vector<std::string> ids_;
    std::uint64_t generation_ = 0;
};

}  // namespace outboard::ui
