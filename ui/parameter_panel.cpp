#include "ui/parameter_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/child.h"
#include "ui/preset_bar.h"
#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr int least_height = 104, most_height = 260;

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

ParameterPanel::ParameterPanel(Desk& desk, QWidget* parent) : QWidget(parent), desk_(desk) {
    setProperty("kind", "room");
    setFixedHeight(least_height);
    setAccessibleName(tr("Parameters"));
    auto* whole = child<QVBoxLayout>(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    auto* rule = child<QFrame>(this);
    rule->setProperty("kind", "rule");
    rule->setFixedHeight(1);
    whole->addWidget(rule);
    scroll_ = child<QScrollArea>(this);
    scroll_->setWidgetResizable(true);
    scroll_->setFocusPolicy(Qt::NoFocus);
    whole->addWidget(scroll_);
    auto* room = child<QWidget>(scroll_);
    auto* rows = child<QHBoxLayout>(room);
    rows->setContentsMargins(16, 8, 16, 8);
    line_ = rows;
    empty_ = child<QLabel>(room);
    empty_->setProperty("kind", "quiet");
    empty_->setWordWrap(true);
    line_->addWidget(empty_, 1);
    line_->addStretch();
    line_->addWidget(child<PresetBar>(desk, room), 0, Qt::AlignTop);
    scroll_->setWidget(room);
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
        setFixedHeight(least_height);
        empty_->setVisible(true);
        empty_->setText(tr("The parameters of the selected track’s script appear here."));
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
    auto* line = child<QHBoxLayout>(inside_.get());
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(16);
    lines_ = nullptr;
    const ParameterChanges changes{
        [this, id = track.id](const std::string& name, double value) { desk_.set_parameter(id, name, value); },
        [this, id = track.id](const std::string& name, const std::string& text) {
            desk_.set_parameter_text(id, name, text);
        }};
    const auto& parameters = track.parameters;
    for (std::size_t first = 0; first < parameters.size(); first += control_size(parameters, first)) {
        const auto size = control_size(parameters, first);
        Control one{make_parameter_control(std::span(parameters).subspan(first, size), changes), first};
        offer_learning(one.control.widget.get(), parameters[first]);
        place_of(parameters[first])->addWidget(one.control.widget.get(), 0, Qt::AlignTop);
        controls_.push_back(std::move(one));
    }
    for (const scripting::Parameter& parameter : parameters) {
        ids_.push_back(parameter.id);
    }
    line_->insertWidget(0, inside_.get(), 0, Qt::AlignTop);
    const bool no_script = track.settings.script.empty() && track.script.state == scripting::SlotState::empty;
    empty_->setText(no_script ? tr("%1 has no script: everything passes to the instrument.")
                                    .arg(QString::fromStdString(track.settings.name))
                              : tr("This script declares no parameters. A line such as  gate = Knob(\"Gate\", 0.5)  "
                                   "outside every function puts one here."));
    empty_->setVisible(controls_.empty());
    const int wanted = inside_->sizeHint().height() + 1 + 2 * 8;
    setFixedHeight(controls_.empty() ? least_height : std::clamp(wanted, least_height, most_height));
}

QHBoxLayout* ParameterPanel::place_of(const scripting::Parameter& parameter) {
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
        static_cast<QHBoxLayout*>(inside_->layout())->setAlignment(part, Qt::AlignTop);
    }
    if (begins || parameter.row != row_) {
        row_line_ = child<QHBoxLayout>();
        row_line_->setSpacing(16);
        lines_->addLayout(row_line_);
        row_line_->setAlignment(Qt::AlignLeft);
    }
    group_ = group;
    row_ = parameter.row;
    return row_line_;
}

// ---- MIDI learn ----------------------------------------------------------------------------------------------------

void ParameterPanel::offer_learning(QWidget* control, const scripting::Parameter& parameter) {
    using Type = scripting::Parameter::Type;
    const bool can = parameter.owner.empty() && parameter.type != Type::label && parameter.type != Type::meter &&
                     parameter.type != Type::file;
    if (!can) {
        return;
    }
    QList<QWidget*> all = control->findChildren<QWidget*>();
    all.append(control);
    for (QWidget* one : all) {
        one->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(one, &QWidget::customContextMenuRequested, this,
                [this, one, id = parameter.id, name = QString::fromStdString(parameter.name)](const QPoint& at) {
                    show_learn_menu(id, name, one->mapToGlobal(at));
                });
    }
}

void ParameterPanel::show_learn_menu(const std::string& id, const QString& name, const QPoint& at) {
    const audio::TrackSnapshot* track = desk_.selected_track();
    if (track == nullptr) {
        return;
    }
    auto* menu = child<QMenu>(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const std::uint32_t number = track->id;
    if (track->learning == id) {
        connect(menu->addAction(tr("%1 waits for a controller: stop waiting").arg(name)), &QAction::triggered, this,
                [this, number] { desk_.command([=](audio::Engine& engine) { engine.learn(number, {}); }); });
    } else {
        connect(menu->addAction(tr("Learn: move a MIDI controller for %1").arg(name)), &QAction::triggered, this,
                [this, number, id] { desk_.edit([=](audio::Engine& engine) { engine.learn(number, id); }); });
    }
    for (const scripting::Learned& learned : track->settings.learned) {
        if (learned.id == id) {
            connect(menu->addAction(tr("Forget CC %1 on channel %2").arg(learned.controller).arg(learned.channel + 1)),
                    &QAction::triggered, this, [this, number, id] {
                        desk_.edit([=](audio::Engine& engine) { engine.forget_learned(number, id); });
                    });
        }
    }
    menu->popup(at);
}

}  // namespace outboard::ui
