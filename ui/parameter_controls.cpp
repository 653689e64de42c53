#include "ui/parameter_controls.h"

#include <QAbstractItemView>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "ui/check_box.h"
#include "ui/child.h"
#include "ui/combo_box.h"
#include "ui/drag_value.h"
#include "ui/file_drop.h"
#include "ui/knob.h"
#include "ui/panel_meter.h"
#include "ui/slider.h"
#include "ui/value_field.h"

namespace outboard::ui {
namespace {

using scripting::Parameter;

constexpr int least_height = 28, least_width = 72, widest_menu = 160, widest_label = 200;

/// What can be learned of a control with one value.
std::vector<std::size_t> only_one(const QPoint&) {
    return {0};
}

/// A caption above a control, as high as a knob.
std::unique_ptr<QWidget> captioned(const std::string& name, QWidget* control) {
    auto cell = std::make_unique<QWidget>();
    auto* rows = child<QVBoxLayout>(cell.get());
    rows->setContentsMargins(0, 4, 0, 4);
    rows->setSpacing(8);
    auto* caption = child<QLabel>(QString::fromStdString(name), cell.get());
    caption->setProperty("kind", "control");
    caption->setBuddy(control);
    rows->addWidget(caption);
    control->setMinimumHeight(least_height);  // so that the lines of all kinds stand at one height
    rows->addWidget(control);
    rows->addStretch();
    control->setAccessibleName(QString::fromStdString(name));
    return cell;
}

template <class Control>
ParameterControl value_control(const Parameter& parameter, const ParameterChanges& changes) {
    auto control = std::make_unique<Control>(parameter);
    Control* view = control.get();
    QObject::connect(view, &Control::changed, view,
                     [set = changes.number, id = parameter.id](double value) { set(id, value); });
    return {std::move(control), [view](const Parameter* now) { view->set_value(now->value); }, only_one};
}

template <class Field>
ParameterControl value_field(std::span<const Parameter> declared, const ParameterChanges& changes) {
    auto field = std::make_unique<Field>(std::vector<Parameter>(declared.begin(), declared.end()));
    Field* view = field.get();
    QObject::connect(view, &Field::changed, view,
                     [set = changes.number](const QString& id, double value) { set(id.toStdString(), value); });
    return {std::move(field), [view](const Parameter* now) { view->show_values(now); },
            [view](const QPoint& point) { return view->values_at(point); }};
}

ParameterControl number_box(const Parameter& parameter, const ParameterChanges& changes) {
    const double range = parameter.maximum - parameter.minimum;
    const bool whole = parameter.step >= 1 && parameter.step == std::floor(parameter.step);
    auto* box = child<DragValue>(DragValue::Range{.minimum = parameter.minimum,
                                                  .maximum = parameter.maximum,
                                                  .initial = parameter.initial,
                                                  .step = parameter.step > 0 ? parameter.step : range / 100,
                                                  .decimals = whole          ? 0
                                                              : range >= 100 ? 0
                                                              : range >= 10  ? 1
                                                                             : 2});
    box->set_words([parameter](double value) { return parameter_text(parameter, value); },
                   {parameter_text(parameter, parameter.minimum), parameter_text(parameter, parameter.maximum)});
    box->setToolTip(QObject::tr("%1: %2 … %3. Drag, or double click to type; Delete: %4")
                        .arg(QString::fromStdString(parameter.name), parameter_text(parameter, parameter.minimum),
                             parameter_text(parameter, parameter.maximum),
                             parameter_text(parameter, parameter.initial)));
    QObject::connect(box, &DragValue::changed, box,
                     [set = changes.number, id = parameter.id](double value) { set(id, value); });
    QObject::connect(box, &DragValue::reset_wished, box,
                     [set = changes.number, id = parameter.id, initial = parameter.initial] { set(id, initial); });
    box->setMinimumWidth(least_width / 2);
    box->set_raised(true);
    box->set_value(parameter.value);
    return {captioned(parameter.name, box), [box](const Parameter* now) { box->set_value(now->value); }, only_one};
}

ParameterControl menu(const Parameter& parameter, const ParameterChanges& changes) {
    auto* menu = child<ComboBox>();
    for (const std::string& choice : parameter.choices) {
        menu->addItem(QString::fromStdString(choice));
    }
    menu->setMinimumWidth(least_width);
    menu->setMaximumWidth(widest_menu);
    QObject::connect(menu, &QComboBox::activated, menu,
                     [set = changes.number, id = parameter.id](int index) { set(id, index); });
    return {captioned(parameter.name, menu),
            [menu](const Parameter* now) {
                if (!menu->view()->isVisible()) {
                    menu->setCurrentIndex(static_cast<int>(std::lround(now->value)));
                }
            },
            only_one};
}

ParameterControl toggle(const Parameter& parameter, const ParameterChanges& changes) {
    auto* box = child<CheckBox>();
    box->setText(QObject::tr("on"));
    box->setProperty("kind", "scripting");
    QObject::connect(box, &QCheckBox::clicked, box,
                     [set = changes.number, id = parameter.id](bool on) { set(id, on ? 1 : 0); });
    return {captioned(parameter.name, box), [box](const Parameter* now) { box->setChecked(now->value >= 0.5); },
            only_one};
}

ParameterControl button(const Parameter& parameter, const ParameterChanges& changes) {
    auto* button = child<QPushButton>(QString::fromStdString(parameter.name));
    button->setFocusPolicy(Qt::StrongFocus);
    button->setToolTip(QObject::tr("Press: the script hears of it"));
    QObject::connect(button, &QPushButton::pressed, button, [set = changes.number, id = parameter.id] { set(id, 1); });
    QObject::connect(button, &QPushButton::released, button, [set = changes.number, id = parameter.id] { set(id, 0); });
    auto cell = captioned(" ", button);
    button->setAccessibleName(QString::fromStdString(parameter.name));
    return {std::move(cell), [](const Parameter*) {}, only_one};
}

ParameterControl label(const Parameter& parameter) {
    auto* text = child<QLabel>();
    text->setMinimumWidth(least_width);
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    const auto show = [text](const Parameter* now) {
        const QString words = QString::fromStdString(now->text);
        if (words != text->text()) {
            text->setText(words);
            const int wanted = text->fontMetrics().horizontalAdvance(words) + 2;
            text->setFixedWidth(std::clamp(wanted, least_width, widest_label));
        }
    };
    show(&parameter);
    return {captioned(parameter.name, text), show, {}};
}

ParameterControl file(const Parameter& parameter, const ParameterChanges& changes) {
    auto* drop = child<FileDrop>(parameter);
    QObject::connect(drop, &FileDrop::chosen, drop,
                     [set = changes.text, id = parameter.id](const QString& path) { set(id, path.toStdString()); });
    return {captioned(parameter.name, drop), [drop](const Parameter* now) { drop->show_path(now->text); }, {}};
}

ParameterControl meter(const Parameter& parameter) {
    auto control = std::make_unique<PanelMeter>(parameter);
    PanelMeter* view = control.get();
    return {std::move(control), [view](const Parameter* now) { view->show_value(now->value); }, {}};
}

}  // namespace

ParameterControl make_parameter_control(std::span<const Parameter> declared, const ParameterChanges& changes) {
    const Parameter& parameter = declared.front();
    switch (parameter.type) {
        case Parameter::Type::knob:
            break;
        case Parameter::Type::slider:
            return value_control<Slider>(parameter, changes);
        case Parameter::Type::number:
            return number_box(parameter, changes);
        case Parameter::Type::menu:
            return menu(parameter, changes);
        case Parameter::Type::toggle:
            return toggle(parameter, changes);
        case Parameter::Type::button:
            return button(parameter, changes);
        case Parameter::Type::table:
            return value_field<StepTable>(declared, changes);
        case Parameter::Type::xy:
            if (declared.size() == 2) {
                return value_field<XyPad>(declared, changes);
            }
            break;
        case Parameter::Type::label:
            return label(parameter);
        case Parameter::Type::meter:
            return meter(parameter);
        case Parameter::Type::file:
            return file(parameter, changes);
    }
    return value_control<Knob>(parameter, changes);
}

}  // namespace outboard::ui
