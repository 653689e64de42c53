#include "ui/script_menu.h"

#include <QFileInfo>
#include <utility>

#include "ui/script_files.h"
#include "ui/script_state.h"

namespace outboard::ui {
namespace {

void add_scripts(QMenu& menu, Desk& desk, std::uint32_t track, const QString& folder, const QString& current) {
    for (const QString& path : scripts_in(folder)) {
        QAction* action = menu.addAction(QFileInfo(path).completeBaseName());
        action->setCheckable(true);
        action->setChecked(QFileInfo(path) == QFileInfo(current));
        QObject::connect(action, &QAction::triggered, &desk,
                         [&desk, track, path] { desk.load_scripts(track, {path.toStdString()}); });
    }
}

/// What comes behind the scripts that are there.
void add_next_scripts(QMenu& menu, Desk& desk, std::uint32_t track, const scripting::Scripts& scripts,
                      const QString& folder) {
    for (const QString& path : scripts_in(folder)) {
        QObject::connect(menu.addAction(QFileInfo(path).completeBaseName()), &QAction::triggered, &desk,
                         [&desk, track, scripts, path] {
                             scripting::Scripts longer = scripts;
                             longer.push_back(path.toStdString());
                             desk.load_scripts(track, longer);
                         });
    }
}

/// One script of several.
void fill_member_menu(QMenu& menu, Desk& desk, const audio::TrackSnapshot& track, std::size_t place) {
    const scripting::Scripts scripts = track.settings.scripts();
    const std::uint32_t id = track.id;
    QObject::connect(menu.addAction(QObject::tr("Show in the editor")), &QAction::triggered, &desk,
                     [&desk, path = scripts[place]] { emit desk.script_wished(QString::fromStdString(path)); });
    QAction* bypass = menu.addAction(QObject::tr("Bypass"));
    bypass->setCheckable(true);
    bypass->setChecked((track.settings.left_out >> place & 1) != 0);
    QObject::connect(bypass, &QAction::triggered, &desk, [&desk, id, place](bool on) {
        desk.edit([=](audio::Engine& engine) { engine.bypass_in_chain(id, place, on); });
    });
    const auto rearranged = [&](const QString& words, bool possible, const scripting::Scripts& then) {
        QAction* action = menu.addAction(words);
        action->setEnabled(possible);
        QObject::connect(action, &QAction::triggered, &desk, [&desk, id, then] { desk.load_scripts(id, then); });
    };
    scripting::Scripts then = scripts;
    if (place > 0) {
        std::swap(then[place], then[place - 1]);
    }
    rearranged(QObject::tr("Earlier"), place > 0, then);
    then = scripts;
    if (place + 1 < scripts.size()) {
        std::swap(then[place], then[place + 1]);
    }
    rearranged(QObject::tr("Later"), place + 1 < scripts.size(), then);
    then = scripts;
    then.erase(then.begin() + static_cast<std::ptrdiff_t>(place));
    rearranged(QObject::tr("Take out"), true, then);
}

void add_chain(QMenu& menu, Desk& desk, const audio::TrackSnapshot& track) {
    const scripting::Scripts scripts = track.settings.scripts();
    if (scripts.size() > 1) {
        menu.addSection(QObject::tr("Chain"));
        for (std::size_t place = 0; place < scripts.size(); ++place) {
            const QString name = QFileInfo(QString::fromStdString(scripts[place])).fileName();
            const QString title = QStringLiteral("%1 %2").arg(place + 1).arg(name);
            const bool given_up = has_given_up(track, place);
            fill_member_menu(*menu.addMenu(given_up ? QObject::tr("%1 (bypassed for its errors)").arg(title) : title),
                             desk, track, place);
        }
    }
    QMenu* behind = menu.addMenu(QObject::tr("Add a script behind"));
    behind->setEnabled(!scripts.empty() && scripts.size() < scripting::max_scripts);
    behind->addSection(QObject::tr("Factory"));
    add_next_scripts(*behind, desk, track.id, scripts, desk.factory_folder());
    behind->addSection(QObject::tr("Yours"));
    add_next_scripts(*behind, desk, track.id, scripts, user_scripts_folder(desk.hooks().scripts_folder));
}

}  // namespace

void fill_script_menu(QMenu& menu, Desk& desk, std::uint32_t track, const ScriptMenuActions& actions) {
    const audio::TrackSnapshot* now = desk.track(track);
    if (now == nullptr) {
        return;
    }
    const QString current = QString::fromStdString(now->settings.script);
    menu.addSection(QObject::tr("Factory"));
    add_scripts(menu, desk, track, desk.factory_folder(), current);
    const QString own = user_scripts_folder(desk.hooks().scripts_folder);
    if (!scripts_in(own).isEmpty()) {
        menu.addSection(QObject::tr("Yours"));
        add_scripts(menu, desk, track, own, current);
    }
    menu.addSeparator();
    QObject::connect(menu.addAction(QObject::tr("New script…")), &QAction::triggered, &desk, actions.make_new);
    QObject::connect(menu.addAction(QObject::tr("Open file…")), &QAction::triggered, &desk, actions.open_file);
    if (now->script.state == scripting::SlotState::empty && current.isEmpty()) {
        return;
    }
    add_chain(menu, desk, *now);
    menu.addSeparator();
    QAction* bypass =
        menu.addAction(now->settings.next_scripts.empty() ? QObject::tr("Bypass") : QObject::tr("Bypass all"));
    bypass->setCheckable(true);
    // A script that was bypassed for its errors is taken back into the line the same way.
    bypass->setChecked(now->settings.bypassed || now->script.state == scripting::SlotState::bypassed);
    QObject::connect(bypass, &QAction::triggered, &desk, [&desk, track](bool on) {
        desk.edit([=](audio::Engine& engine) { engine.bypass_script(track, on); });
    });
    QAction* pipe = menu.addAction(QObject::tr("Events cross by a pipe"));
    pipe->setToolTip(QObject::tr("Instead of shared memory: slower, for comparison. Takes effect while it plays."));
    pipe->setCheckable(true);
    pipe->setChecked(now->script.transport == "pipe");
    QObject::connect(pipe, &QAction::triggered, &desk, [&desk, track](bool on) {
        desk.command([=](audio::Engine& engine) { engine.set_script_transport(track, on ? "pipe" : "shm"); });
    });
    QObject::connect(menu.addAction(QObject::tr("Start again")), &QAction::triggered, &desk,
                     [&desk, track, scripts = now->settings.scripts()] { desk.load_scripts(track, scripts); });
    QObject::connect(menu.addAction(now->settings.next_scripts.empty() ? QObject::tr("Take the script out")
                                                                       : QObject::tr("Take all scripts out")),
                     &QAction::triggered, &desk,
                     [&desk, track] { desk.edit([=](audio::Engine& engine) { engine.unload_script(track); }); });
}

}  // namespace outboard::ui
