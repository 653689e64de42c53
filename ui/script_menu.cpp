#include "ui/script_menu.h"

#include <QFileInfo>

#include "ui/script_files.h"

namespace outboard::ui {
namespace {

void add_scripts(QMenu& menu, Desk& desk, std::uint32_t track, const QString& folder, const QString& current) {
    for (const QString& path : scripts_in(folder)) {
        QAction* action = menu.addAction(QFileInfo(path).completeBaseName());
        action->setCheckable(true);
        action->setChecked(QFileInfo(path) == QFileInfo(current));
        QObject::connect(action, &QAction::triggered, &desk,
                         [&desk, track, path] { desk.load_script(track, path.toStdString()); });
    }
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
    menu.addSeparator();
    QAction* bypass = menu.addAction(QObject::tr("Bypass"));
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
                     [&desk, track, path = current.toStdString()] { desk.load_script(track, path); });
    QObject::connect(menu.addAction(QObject::tr("Take the script out")), &QAction::triggered, &desk,
                     [&desk, track] { desk.edit([=](audio::Engine& engine) { engine.unload_script(track); }); });
}

}  // namespace outboard::ui
