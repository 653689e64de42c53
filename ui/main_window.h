// MainWindow: the four rooms as docks, and the clock that carries snapshots to them.
//
// Threads: everything here runs on the GUI thread, which is the engine's control side. The audio thread is never
// touched: 30 times a second the window takes one EngineSnapshot and hands it to its rooms; what people do becomes
// an engine command at once.
#pragma once

#include <QMainWindow>

#include <memory>
#include <string>

#include "audio/engine.h"
#include "ui/app_hooks.h"

namespace outboard::ui {

class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    /// `engine` stays alive until set_engine or the window's end. Call apply_theme(...) (theme.h) or let the window
    /// do it: it puts its theme on the whole QApplication.
    MainWindow(audio::Engine& engine, AppHooks hooks);
    ~MainWindow() override;

    /// Another engine from now on. nullptr: none for the moment; the window draws "no device" and sends no command.
    /// Call set_engine(nullptr) before the old engine goes, also inside a hook. Releases keys that are held.
    void set_engine(audio::Engine* engine);

    /// Shows one sentence at the top of the window until it is closed: no sound card, a session that did not open.
    void show_notice(const QString& sentence);

    /// Opens a .mid or a session by its name's ending, as File ▸ Open does. Errors become a notice.
    void open_path(const std::string& path);

    /// One step of the clock, as the timer does it: for tests and screenshots.
    void refresh();

protected:
    void closeEvent(QCloseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;  ///< a song or a session

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace outboard::ui
