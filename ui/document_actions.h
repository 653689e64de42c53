// DocumentActions: opening, saving, rendering, and the question that is asked before anything is lost.
#pragma once

#include <QObject>

#include "ui/desk.h"

class QWidget;

namespace outboard::ui {

class EditorTabs;

class DocumentActions : public QObject {
    Q_OBJECT

public:
    DocumentActions(Desk& desk, EditorTabs& editors, QWidget& window);

    void open_any();
    void open_song();
    void open_session();
    void open_path(const QString& path);
    void new_session();
    void demo_session();
    bool save();
    bool save_as();
    void render();
    void choose_device();

    /// Asks about unsaved scripts and the session. False: the user wants to stay.
    [[nodiscard]] bool may_leave();
    [[nodiscard]] QString session_path() const;

signals:
    void session_changed();  ///< another one, or another name

private:
    [[nodiscard]] bool may_leave_session();
    void replace_session(const std::function<void()>& how);
    bool save_to(const QString& path);

    Desk& desk_;
    EditorTabs& editors_;
    QWidget& window_;
};

}  // namespace outboard::ui
