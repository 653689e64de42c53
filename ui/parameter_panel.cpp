#include "ui/parameter_panel.h"

#include <QAbstractItemView>
#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "ui/check_box.h"
#include "ui/child.h"
#include "ui/combo_box.h"
#include "ui/knob.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr int panel_height = 104;

/// A caption above a control, as high as a knob.
std::unique_ptr<QWidget> captioned(const std::string& name, QWidget* control) {
    auto cell = std::make_unique<QWidget>();
    auto* rows = child<QVBoxLayout>(cell.get());
    rows->setContentsMargins(0, 4, 0, 4);
    rows->setSpacing(8);
    auto* caption = child<QLabel>(QString::fromStdString(name), cell.get());
    caption->setProperty("kind", "caption");
    caption->setBuddy(control);
    rows->addWidget(caption);
    rows->addWidget(control);
    rows->addStretch();
    control->setAccessibleName(QString::fromStdString(name));
    return cell;
}

}  // namespace

ParameterPanel::ParameterPanel(Desk& desk, QWidget* parent) : QWidget(parent), desk_(desk) {
    setProperty("kind", "room");
    setFixedHeight(panel_height);
    setAccessibleName(tr("Parameters"));
    auto* whole = child<QVBoxLayout>(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    auto* rule = child<QFrame>(this);
    rule->setProperty("kind", "rule");
    rule->setFixedHeight(1);
    whole->addWidget(rule);
    auto* scroll = child<QScrollArea>(this);
    scroll->setWidgetResizable(true);
    scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    whole->addWidget(scroll);
    auto* inside = child<QWidget>(scroll);
    line_ = child<QHBoxLayout>(inside);
    line_->setContentsMargins(16, 8, 16, 8);
    line_->setSpacing(16);
    empty_ = child<QLabel>(inside);
    empty_->setProperty("kind", "quiet");
    empty_->setWordWrap(true);
    line_->addWidget(empty_, 1);
    line_->addStretch();
    scroll->setWidget(inside);
    connect(&desk, &Desk::refreshed, this, &ParameterPanel::refresh);
    connect(&desk, &Desk::selection_changed, this, &ParameterPanel::refresh);
    refresh();
}

ParameterPanel::~ParameterPanel() = default;

void ParameterPanel::refresh() {
    const audio::TrackSnapshot* track = desk_.selected_track();
    if (track == nullptr) {
        controls_.clear();
        ids_.clear();
        track_.reset();
        empty_->setVisible(true);
        empty_->setText(tr("The parameters of the selected track’s script appear here."));
        return;
    }
    const auto same_id = [](const std::string& id, const scripting::Parameter& p) { return id == p.id; };
    if (track_ != track->id || generation_ != track->script_generation ||
        !std::ranges::equal(ids_, track->parameters, same_id)) {
        rebuild(*track);
    }
    for (std::size_t i = 0; i < controls_.size(); ++i) {
        controls_[i].show(track->parameters[i].value);
    }
}

void ParameterPanel::rebuild(const audio::TrackSnapshot& track) {
    for (Control& control : controls_) {
        // It may be the control whose signal led here.
        control.widget->hide();
        control.widget.release()->deleteLater();
    }
    controls_.clear();
    ids_.clear();
    track_ = track.id;
    generation_ = track.script_generation;
    using Type = scripting::Parameter::Type;
    for (const scripting::Parameter& parameter : track.parameters) {
        controls_.push_back(parameter.type == Type::menu     ? make_menu(track.id, parameter)
                            : parameter.type == Type::toggle ? make_toggle(track.id, parameter)
                                                             : make_knob(track.id, parameter));
        ids_.push_back(parameter.id);
        line_->insertWidget(static_cast<int>(controls_.size()) - 1, controls_.back().widget.get(), 0, Qt::AlignTop);
    }
    const bool no_script = track.settings.script.empty() && track.script.state == scripting::SlotState::empty;
    empty_->setText(no_script ? tr("%1 has no script: everything passes to the instrument.")
                                    .arg(QString::fromStdString(track.settings.name))
                              : tr("This script declares no parameters. A line such as  gate = Knob(\"Gate\", 0.5)  "
                                   "outside every function puts one here."));
    empty_->setVisible(controls_.empty());
}

ParameterPanel::Control ParameterPanel::make_knob(std::uint32_t track, const scripting::Parameter& parameter) {
    auto knob = std::make_unique<Knob>(parameter);
    Knob* view = knob.get();
    connect(view, &Knob::changed, this,
            [this, track, id = parameter.id](double value) { user_sets(track, id, value); });
    return {std::move(knob), [view](double value) { view->set_value(value); }};
}

ParameterPanel::Control ParameterPanel::make_menu(std::uint32_t track, const scripting::Parameter& parameter) {
    auto* menu = child<ComboBox>();
    for (const std::string& choice : parameter.choices) {
        menu->addItem(QString::fromStdString(choice));
    }
    menu->setMinimumWidth(72);
    connect(menu, &QComboBox::activated, this,
            [this, track, id = parameter.id](int index) { user_sets(track, id, index); });
    return {captioned(parameter.name, menu), [menu](double value) {
                if (!menu->view()->isVisible()) {
                    menu->setCurrentIndex(static_cast<int>(std::lround(value)));
                }
            }};
}

ParameterPanel::Control ParameterPanel::make_toggle(std::uint32_t track, const scripting::Parameter& parameter) {
    auto* box = child<CheckBox>();
    box->setText(tr("on"));
    box->setProperty("kind", "scripting");
    connect(box, &QCheckBox::clicked, this,
            [this, track, id = parameter.id](bool on) { user_sets(track, id, on ? 1 : 0); });
    return {captioned(parameter.name, box), [box](double value) { box->setChecked(value >= 0.5); }};
}

void ParameterPanel::user_sets(std::uint32_t track, const std::string& id, double value) {
    desk_.set_parameter(track, id, value);
}

}  // namespace outboard::ui
