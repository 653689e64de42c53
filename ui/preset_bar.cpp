#include "ui/preset_bar.h"

#include <QDir>
#include <QFileInfo>
#include <QInputDialog>
#include <QMenu>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/child.h"

namespace outboard::ui {

PresetBar::PresetBar(Desk& desk, QWidget* parent) : QWidget(parent), desk_(desk) {
    auto* rows = child<QVBoxLayout>(this);
    rows->setContentsMargins(0, 4, 0, 0);
    rows->setSpacing(8);
    presets_ = child<QPushButton>(tr("Presets ▾"), this);
    presets_->setToolTip(tr("Save all parameters of this script, or load them"));
    auto* menu = child<QMenu>(presets_);
    presets_->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &PresetBar::fill_menu);
    compare_ = child<QPushButton>(this);
    compare_->setToolTip(tr("Two sets of values to compare: press to hear the other one"));
    compare_->setAccessibleName(tr("Compare A and B"));
    connect(compare_, &QPushButton::clicked, this, &PresetBar::compare);
    rows->addWidget(presets_);
    rows->addWidget(compare_);
    connect(&desk, &Desk::refreshed, this, &PresetBar::refresh);
    connect(&desk, &Desk::selection_changed, this, &PresetBar::refresh);
    connect(&desk, &Desk::engine_changed, this, [this] { compared_.clear(); });
    refresh();
}

void PresetBar::refresh() {
    const audio::TrackSnapshot* track = desk_.selected_track();
    const bool some = track != nullptr && std::ranges::any_of(track->parameters, &scripting::Parameter::kept);
    setVisible(some);
    presets_->setVisible(static_cast<bool>(desk_.hooks().read_preset) && static_cast<bool>(desk_.hooks().write_preset));
    if (some) {
        Compared& here = compared_[track->id];
        if (here.scripts != track->settings.scripts()) {
            here = {false, std::nullopt, track->settings.scripts()};
        }
        compare_->setText(here.second ? QStringLiteral("A  [B]") : QStringLiteral("[A]  B"));
    }
}

scripting::ParameterValues PresetBar::values() const {
    scripting::ParameterValues all;
    const audio::TrackSnapshot* track = desk_.selected_track();
    for (const scripting::Parameter& parameter :
         track != nullptr ? track->parameters : std::vector<scripting::Parameter>{}) {
        if (parameter.type == scripting::Parameter::Type::file) {
            all.emplace_back(parameter.id, parameter.text);
        } else if (parameter.kept()) {
            all.emplace_back(parameter.id, parameter.value);
        }
    }
    return all;
}

void PresetBar::apply(const scripting::ParameterValues& values) {
    const audio::TrackSnapshot* track = desk_.selected_track();
    if (track == nullptr) {
        return;
    }
    for (const auto& [id, value] : values) {
        if (const double* number = std::get_if<double>(&value)) {
            desk_.set_parameter(track->id, id, *number);
        } else {
            desk_.set_parameter_text(track->id, id, std::get<std::string>(value));
        }
    }
}

void PresetBar::compare() {
    const audio::TrackSnapshot* track = desk_.selected_track();
    if (track == nullptr) {
        return;
    }
    Compared& here = compared_[track->id];
    const scripting::ParameterValues now = values();
    const scripting::ParameterValues next = here.other.value_or(now);  // at first both are alike
    here.other = now;
    here.second = !here.second;
    apply(next);
    refresh();
}

QString PresetBar::script() const {
    const audio::TrackSnapshot* track = desk_.selected_track();
    QStringList names;  // presets of a chain are another folder than those of its scripts: they are of all its panels
    for (const std::string& one : track == nullptr ? scripting::Scripts() : track->settings.scripts()) {
        names.append(QFileInfo(QString::fromStdString(one)).completeBaseName());
    }
    return names.join(QLatin1Char('+'));
}

QString PresetBar::folder() const {
    return QString::fromStdString(desk_.hooks().presets_folder) + QLatin1Char('/') + script();
}

QStringList PresetBar::presets() const {
    QStringList paths;
    for (const QFileInfo& info : QDir(folder()).entryInfoList({QStringLiteral("*.json")}, QDir::Files, QDir::Name)) {
        paths << info.filePath();
    }
    return paths;
}

void PresetBar::fill_menu() {
    QMenu* menu = presets_->menu();
    menu->clear();
    for (const QString& path : presets()) {
        connect(menu->addAction(QFileInfo(path).completeBaseName()), &QAction::triggered, this,
                [this, path] { load(path); });
    }
    if (!menu->isEmpty()) {
        menu->addSeparator();
    }
    connect(menu->addAction(tr("Save as…")), &QAction::triggered, this, &PresetBar::ask_name);
}

void PresetBar::ask_name() {
    bool given = false;
    const QString name = QInputDialog::getText(this, tr("Save preset"), tr("Name of the preset of %1:").arg(script()),
                                               QLineEdit::Normal, QString(), &given);
    if (given && !name.trimmed().isEmpty()) {
        save(name.trimmed());
    }
}

void PresetBar::save(const QString& name) {
    static const QRegularExpression no_file_name(QStringLiteral("[/\\\\:*?\"<>|]"));
    QString file = name;
    file.replace(no_file_name, QStringLiteral("-"));
    const QString path = folder() + QLatin1Char('/') + file + QStringLiteral(".json");
    desk_.attempt([&] { desk_.hooks().write_preset(path.toStdString(), script().toStdString(), values()); });
}

void PresetBar::load(const QString& path) {
    desk_.attempt([&] { apply(desk_.hooks().read_preset(path.toStdString())); });
}

}  // namespace outboard::ui
