#include "ui/menus.h"

#include <QActionGroup>
#include <QDockWidget>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>

#include "ui/child.h"
#include "ui/document_actions.h"
#include "ui/editor_tabs.h"
#include "ui/guide_window.h"
#include "ui/swap_menu.h"
#include "ui/theme.h"
#include "ui/track_list.h"
#include "ui/transport_bar.h"

namespace outboard::ui {
namespace {

QAction* add(QMenu& menu, const QString& words, const QKeySequence& keys, std::function<void()> action) {
    QAction* made = menu.addAction(words);
    made->setShortcut(keys);
    QObject::connect(made, &QAction::triggered, &menu, [action = std::move(action)] { action(); });
    return made;
}

void with_editor(EditorTabs& editors, void (QsciScintilla::*command)()) {
    if (ScriptDocument* document = editors.current()) {
        (document->editor().*command)();
    }
}

void build_file(QMainWindow& window, const MenuTargets& to) {
    QMenu& menu = *window.menuBar()->addMenu(QObject::tr("&File"));
    DocumentActions& documents = to.documents;
    const AppHooks& hooks = to.desk.hooks();
    if (hooks.new_session) {
        add(menu, QObject::tr("&New session"), QKeySequence::New, [&] { documents.new_session(); });
    }
    add(menu, QObject::tr("&Open…"), QKeySequence::Open, [&] { documents.open_any(); });
    add(menu, QObject::tr("Open s&ong…"), {}, [&] { documents.open_song(); });
    if (hooks.open_session) {
        add(menu, QObject::tr("Open sess&ion…"), {}, [&] { documents.open_session(); });
    }
    if (hooks.demo_session) {
        add(menu, QObject::tr("&Demo session"), {}, [&] { documents.demo_session(); });
    }
    menu.addSeparator();
    if (hooks.save_session) {
        add(menu, QObject::tr("Save session"), QKeySequence(QStringLiteral("Ctrl+Shift+S")), [&] { documents.save(); });
        add(menu, QObject::tr("Save session as…"), {}, [&] { documents.save_as(); });
    }
    if (hooks.render) {
        add(menu, QObject::tr("&Render to WAV…"), QKeySequence(QStringLiteral("Ctrl+E")), [&] { documents.render(); });
    }
    menu.addSeparator();
    if (hooks.devices && hooks.choose_device) {
        add(menu, QObject::tr("&Audio device…"), {}, [&] { documents.choose_device(); });
        menu.addSeparator();
    }
    add(menu, QObject::tr("&Quit"), QKeySequence(QStringLiteral("Ctrl+Q")), [&] { window.close(); });
}

void build_edit(QMainWindow& window, const MenuTargets& to) {
    QMenu& menu = *window.menuBar()->addMenu(QObject::tr("&Edit"));
    EditorTabs& editors = to.editors;
    // The editor has these keys itself; here they are for those who look in the menu.
    const auto shown = [](const char* words) { return QObject::tr(words); };
    add(menu, shown("Undo\tCtrl+Z"), {}, [&] { with_editor(editors, &QsciScintilla::undo); });
    add(menu, shown("Redo\tCtrl+Y"), {}, [&] { with_editor(editors, &QsciScintilla::redo); });
    menu.addSeparator();
    add(menu, shown("Cut\tCtrl+X"), {}, [&] { with_editor(editors, &QsciScintilla::cut); });
    add(menu, shown("Copy\tCtrl+C"), {}, [&] { with_editor(editors, &QsciScintilla::copy); });
    add(menu, shown("Paste\tCtrl+V"), {}, [&] { with_editor(editors, &QsciScintilla::paste); });
    menu.addSeparator();
    add(menu, QObject::tr("Find…"), QKeySequence::Find, [&] { editors.find(); });
    add(menu, QObject::tr("Find next"), QKeySequence(Qt::Key_F3), [&] { editors.find_again(true); });
    add(menu, QObject::tr("Find previous"), QKeySequence(Qt::SHIFT | Qt::Key_F3), [&] { editors.find_again(false); });
    add(menu, QObject::tr("Complete the word"), QKeySequence(QStringLiteral("Ctrl+Space")),
        [&] { with_editor(editors, &QsciScintilla::autoCompleteFromDocument); });
    add(menu, QObject::tr("Comment lines"), QKeySequence(QStringLiteral("Ctrl+/")), [&] {
        if (ScriptDocument* document = editors.current()) {
            document->editor().toggle_comment();
        }
    });
}

void build_script(QMainWindow& window, const MenuTargets& to) {
    QMenu& menu = *window.menuBar()->addMenu(QObject::tr("&Script"));
    EditorTabs& editors = to.editors;
    Desk& desk = to.desk;
    add(menu, QObject::tr("&Save and run"), QKeySequence::Save, [&] { editors.save_and_run(); });
    add(menu, QObject::tr("&Run on the selected track"), QKeySequence(Qt::Key_F5), [&] { editors.run(); });
    add(menu, QObject::tr("Save script as…"), {}, [&] { editors.save_as(); });
    menu.addMenu(child<SwapMenu>(desk, &menu));
    menu.addSeparator();
    add(menu, QObject::tr("&New script for the track"), QKeySequence(QStringLiteral("Ctrl+Shift+N")), [&] {
        if (desk.selected()) {
            editors.new_script(*desk.selected());
        }
    });
    add(menu, QObject::tr("&Open script for the track…"), {}, [&] {
        if (desk.selected()) {
            editors.open_for_track(*desk.selected());
        }
    });
    add(menu, QObject::tr("&Bypass on or off"), QKeySequence(QStringLiteral("Ctrl+B")), [&] {
        if (const audio::TrackSnapshot* track = desk.selected_track()) {
            const bool bypassed = track->script.state == scripting::SlotState::bypassed;
            desk.edit([id = track->id, bypassed](audio::Engine& engine) { engine.bypass_script(id, !bypassed); });
        }
    });
    menu.addSeparator();
    add(menu, QObject::tr("&Close tab"), QKeySequence(QStringLiteral("Ctrl+W")), [&] { editors.close_current(); });
}

void build_transport(QMainWindow& window, const MenuTargets& to) {
    QMenu& menu = *window.menuBar()->addMenu(QObject::tr("&Transport"));
    Desk& desk = to.desk;
    // Space belongs to whoever takes text; the window takes it where nobody does.
    add(menu, QObject::tr("&Play or pause\tSpace"), {}, [&] { desk.toggle_play(); });
    add(menu, QObject::tr("Play or pause, from anywhere"), QKeySequence(Qt::Key_F6), [&] { desk.toggle_play(); });
    add(menu, QObject::tr("To the &start"), QKeySequence(QStringLiteral("Ctrl+Home")),
        [&] { desk.command([](audio::Engine& engine) { engine.seek(0); }); });
    add(menu, QObject::tr("&Loop the song"), QKeySequence(QStringLiteral("Ctrl+L")),
        [&] { desk.edit([loop = desk.snapshot().loop](audio::Engine& engine) { engine.set_loop(!loop); }); });
    add(menu, QObject::tr("The song’s own &tempo"), {},
        [&] { desk.command([](audio::Engine& engine) { engine.set_tempo(std::nullopt); }); });
    add(menu, QObject::tr("&Record to WAV"), QKeySequence(QStringLiteral("Ctrl+R")),
        [&] { to.transport.toggle_recording(); });
    menu.addSeparator();
    add(menu, QObject::tr("&Add track"), QKeySequence(QStringLiteral("Ctrl+T")), [&] { to.tracks.add_track(); });
    menu.addSeparator();
    add(menu, QObject::tr("Pa&nic"), QKeySequence(QStringLiteral("Ctrl+.")),
        [&] { desk.command([](audio::Engine& engine) { engine.panic(); }); });
}

void build_view(QMainWindow& window, const MenuTargets& to) {
    QMenu& menu = *window.menuBar()->addMenu(QObject::tr("&View"));
    for (QDockWidget* dock : to.docks) {
        menu.addAction(dock->toggleViewAction());
    }
    add(menu, QObject::tr("Rooms as at first"), {}, to.reset_layout);
    menu.addSeparator();
    auto* themes = child<QActionGroup>(&window);
    for (const bool dark : {true, false}) {
        QAction* action = add(menu, dark ? QObject::tr("Dark") : QObject::tr("Light"), {},
                              [set_dark = to.set_dark, dark] { set_dark(dark); });
        action->setCheckable(true);
        action->setChecked(dark == (theme().kind == ThemeKind::dark));
        themes->addAction(action);
    }
    menu.addSeparator();
    EditorTabs& editors = to.editors;
    add(menu, QObject::tr("Larger code"), QKeySequence::ZoomIn, [&] { editors.zoom(1); });
    add(menu, QObject::tr("Smaller code"), QKeySequence::ZoomOut, [&] { editors.zoom(-1); });
    add(menu, QObject::tr("Code as at first"), QKeySequence(QStringLiteral("Ctrl+0")), [&] { editors.zoom(0); });
}

void show_guide(QMainWindow& window, const QString& folder) {
    auto* guide = window.findChild<GuideWindow*>();
    if (guide == nullptr) {
        guide = child<GuideWindow>(folder, &window);
    }
    guide->show();
    guide->raise();
    guide->activateWindow();
}

void build_help(QMainWindow& window, const MenuTargets& to) {
    QMenu& menu = *window.menuBar()->addMenu(QObject::tr("&Help"));
    add(menu, QObject::tr("&Writing scripts"), QKeySequence::HelpContents, [&window, &desk = to.desk] {
        if (const QString folder = guide_folder(desk.factory_folder()); !folder.isEmpty()) {
            show_guide(window, folder);
        } else {
            QMessageBox::information(&window, QObject::tr("Writing scripts"),
                                     QObject::tr("The guide is not installed: it belongs beside the factory scripts, "
                                                 "in a folder called guide."));
        }
    });
    menu.addSeparator();
    add(menu, QObject::tr("&About Outboard"), {}, [&] {
        QMessageBox::about(&window, QObject::tr("About Outboard"),
                           QObject::tr("<b>Outboard</b><p>An instrument host whose tracks are scripted in Python, each "
                                       "script in a process of its own.</p><p>GPL-3.0-or-later. Made with Qt, "
                                       "QScintilla, QCustomPlot, FluidSynth and PortAudio.</p>"));
    });
    add(menu, QObject::tr("About &Qt"), {}, [&] { QMessageBox::aboutQt(&window); });
}

}  // namespace

void build_menus(QMainWindow& window, const MenuTargets& targets) {
    build_file(window, targets);
    build_edit(window, targets);
    build_script(window, targets);
    build_transport(window, targets);
    build_view(window, targets);
    build_help(window, targets);
}

}  // namespace outboard::ui
