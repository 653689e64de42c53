#include "ui/parameter_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/child.h"
#include "ui/flow_layout.h"
#include "ui/preset_bar.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr int most_height_alone = 260;
constexpr double share_of_room = 0.4;  ///< most of the height of what the panel stands in
constexpr int margin_across = 16, margin_down = 8;

/// How many declarations belong to the control that begins at `first`.
std::size_t control_size(const std::vector<scripting::Parameter>& parameters, std::size_t first) {
    const std::string& owner = parameters[first].owner;
    std::size_t end = first + 1;
    while (!owner.empty() && end < parameters.size() && parameters[end].owner == owner) {
        ++end;
    }
    return end - first;
}

}  // namespace

ParameterPanel::ParameterPanel(Desk& desk, QWidget* parent) : FittedRoom(parent), desk_(desk) {
    setAccessibleName(tr("Parameters"));
    auto* room = child<QWidget>(this);
    line_ = child<QHBoxLayout>(room);
    line_->setContentsMargins(margin_across, margin_down, margin_across, margin_down);
    line_->setSpacing(margin_across);
    empty_ = child<QLabel>(room);
    empty_->setProperty("kind", "quiet");
    empty_->setWordWrap(true);
    line_->addWidget(empty_, 1);
    line_->addWidget(child<PresetBar>(desk, room), 0, Qt::AlignTop);
    set_content(room);
    connect(&desk, &Desk::refreshed, this, &ParameterPanel::refresh);
    connect(&desk, &Desk::selection_changed, this, &ParameterPanel::refresh);
    refresh();
}

ParameterPanel::~ParameterPanel() = default;

void ParameterPanel::refresh() {
    const audio::TrackSnapshot* track = desk_.selected_track();
    if (track == nullptr) {
        clear();
        track_.reset();
        empty_->setVisible(true);
        empty_->setText(tr("The parameters of the selected track’s script appear here."));
        fit();
        return;
    }
    const auto same_id = [](const std::string& id, const scripting::Parameter& p) { return id == p.id; };
    if (track_ != track->id || generation_ != track->script_generation ||
        !std::ranges::equal(ids_, track->parameters, same_id)) {
        rebuild(*track);
    }
    for (const Control& one : controls_) {
        one.control.show(&track->parameters[one.first]);
    }
    fit();
}

int ParameterPanel::most_height() const {
    return parentWidget() == nullptr ? most_height_alone : static_cast<int>(parentWidget()->height() * share_of_room);
}

void ParameterPanel::clear() {
    for (Control& one : controls_) {
        static_cast<void>(one.control.widget.release());  // it belongs to what it stands in
    }
    if (inside_) {
        // It may hold the control whose signal led here.
        inside_->hide();
        line_->removeWidget(inside_.get());
        inside_.release()->deleteLater();
    }
    controls_.clear();
    ids_.clear();
}

void ParameterPanel::rebuild(const audio::TrackSnapshot& track) {
    clear();
    track_ = track.id;
    generation_ = track.script_generation;
    inside_ = std::make_unique<QWidget>();
    inside_->setLayout(child<FlowLayout>(2 * margin_across, 16));
    lines_ = nullptr;
    const ParameterChanges changes{
        [this, id = track.id](const std::string& name, double value) { desk_.set_parameter(id, name, value); },
        [this, id = track.id](const std::string& name, const std::string& text) {
            desk_.set_parameter_text(id, name, text);
        }};
    const auto& parameters = track.parameters;
    for (std::size_t first = 0; first < parameters.size(); first += control_size(parameters, first)) {
        const auto size = control_size(parameters, first);
        const auto declared = std::span(parameters).subspan(first, size);
        Control one{make_parameter_control(declared, changes), first};
        offer_learning(one.control, declared);
        place_of(parameters[first])->addWidget(one.control.widget.get());
        controls_.push_back(std::move(one));
    }
    for (const scripting::Parameter& parameter : parameters) {
        ids_.push_back(parameter.id);
    }
    line_->insertWidget(0, inside_.get(), 1);
    inside_->setVisible(!controls_.empty());
    const bool no_script = track.settings.script.empty() && track.script.state == scripting::SlotState::empty;
    empty_->setText(no_script ? tr("%1 has no script: everything passes to the instrument.")
                                    .arg(QString::fromStdString(track.settings.name))
                              : tr("This script declares no parameters. A line such as  gate = Knob(\"Gate\", 0.5)  "
                                   "outside every function puts one here."));
    empty_->setVisible(controls_.empty());
}

FlowLayout* ParameterPanel::place_of(const scripting::Parameter& parameter) {
    const QString group = QString::fromStdString(parameter.group);
    const bool begins = lines_ == nullptr || group != group_;
    if (begins) {
        auto* part = child<QWidget>(inside_.get());
        lines_ = child<QVBoxLayout>(part);
        lines_->setContentsMargins(0, 0, 0, 0);
        lines_->setSpacing(4);
        if (!group.isEmpty()) {
            auto* heading = child<QLabel>(group.toUpper(), part);
            heading->setProperty("kind", "heading");
            heading->setFont(room_font());
            lines_->addWidget(heading);
        }
        inside_->layout()->addWidget(part);
    }
    if (begins || parameter.row != row_) {
        row_line_ = child<FlowLayout>(12, 4);
        lines_->addLayout(row_line_);
    }
    group_ = group;
    row_ = parameter.row;
    return row_line_;
}

// ---- MIDI learn ----------------------------------------------------------------------------------------------------

void ParameterPanel::offer_learning(const ParameterControl& control, std::span<const scripting::Parameter> declared) {
    if (!control.learnable) {
        return;
    }
    std::vector<Target> targets;
    for (const scripting::Parameter& one : declared) {
        const QString name = QString::fromStdString(one.name);
        const bool axis = one.type == scripting::Parameter::Type::xy;
        targets.push_back({one.id, axis ? QString::fromStdString(one.text) + QLatin1Char(' ') + name : name});
    }
    QWidget* const whole = control.widget.get();
    QList<QWidget*> all = whole->findChildren<QWidget*>();
    all.append(whole);
    for (QWidget* one : all) {
        one->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(one, &QWidget::customContextMenuRequested, this,
                [this, one, whole, targets, learnable = control.learnable](const QPoint& at) {
                    std::vector<Target> here;
                    for (const std::size_t index : learnable(one->mapTo(whole, at))) {
                        here.push_back(targets[index]);
                    }
                    show_learn_menu(here, one->mapToGlobal(at));
                });
    }
}

void ParameterPanel::show_learn_menu(const std::vector<Target>& targets, const QPoint& at) {
    const audio::TrackSnapshot* track = desk_.selected_track();
    if (track == nullptr) {
        return;
    }
    auto* menu = child<QMenu>(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const Target& target : targets) {
        add_learn_actions(*menu, *track, target);
    }
    menu->popup(at);
}

void ParameterPanel::add_learn_actions(QMenu& menu, const audio::TrackSnapshot& track, const Target& target) {
    const auto& [id, name] = target;
    const std::uint32_t number = track.id;
    if (track.learning == id) {
        connect(menu.addAction(tr("%1 waits for a controller: stop waiting").arg(name)), &QAction::triggered, this,
                [this, number] { desk_.command([=](audio::Engine& engine) { engine.learn(number, {}); }); });
    } else {
        connect(menu.addAction(tr("Learn: move a MIDI controller for %1").arg(name)), &QAction::triggered, this,
                [this, number, id = id] { desk_.edit([=](audio::Engine& engine) { engine.learn(number, id); }); });
    }
    for (const scripting::Learned& learned : track.settings.learned) {
        if (learned.id == id) {
            const QString words = tr("Forget CC %1 on channel %2, which moves %3");
            connect(menu.addAction(words.arg(learned.controller).arg(learned.channel + 1).arg(name)),
                    &QAction::triggered, this, [this, number, id = id] {
                        desk_.edit([=](audio::Engine& engine) { engine.forget_learned(number, id); });
                    });
        }
    }
}

}  // namespace outboard::ui
