// One control of the parameter panel for what a script declares: which widget, what it shows, what it changes.
#pragma once

#include <QWidget>

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "scripting/script_slot.h"

namespace outboard::ui {

struct ParameterControl {
    std::unique_ptr<QWidget> widget;
    /// The control's first declaration, as it is now (a table's others follow it).
    std::function<void(const scripting::Parameter*)> show;
    /// Which of its declarations a MIDI controller may learn to move, asked for at a point of the widget: a table's
    /// bar, both axes of an xy. Empty: none of them.
    std::function<std::vector<std::size_t>(const QPoint&)> learnable;
};

/// Where a control's changes go.
struct ParameterChanges {
    std::function<void(const std::string& id, double value)> number;
    std::function<void(const std::string& id, const std::string& text)> text;
};

/// The control for one parameter, or for all values of a table or xy.
[[nodiscard]] ParameterControl make_parameter_control(std::span<const scripting::Parameter> declared,
                                                      const ParameterChanges& changes);

}  // namespace outboard::ui
