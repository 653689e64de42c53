#include "ui/document_actions.h"

#include <QApplication>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QProgressDialog>

#include "ui/child.h"
#include "ui/device_dialog.h"
#include "ui/editor_tabs.h"

namespace outboard::ui {
namespace {

QString song_filter() {
    return QObject::tr("Songs (*.mid *.midi *.MID)");
}
QString session_filter() {
    return QObject::tr("Sessions (*.outboard)");
}

QMessageBox::StandardButton ask(QWidget& window, const QString& title, const QString& text) {
    return QMessageBox::question(&window, title, text, QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel,
                                 QMessageBox::Save);
}

}  // namespace

DocumentActions::DocumentActions(Desk& desk, EditorTabs& editors, QWidget& window)
    : desk_(desk), editors_(editors), window_(window) {}

void DocumentActions::open_any() {
    const QString path =
        QFileDialog::getOpenFileName(&window_, tr("Open"), QFileInfo(desk_.song()).absolutePath(),
                                     tr("Songs and sessions (*.mid *.midi *.MID *.outboard);;All files (*)"));
    if (!path.isEmpty()) {
        open_path(path);
    }
}

void DocumentActions::open_song() {
    const QString path =
        QFileDialog::getOpenFileName(&window_, tr("Open song"), QFileInfo(desk_.song()).absolutePath(), song_filter());
    if (!path.isEmpty()) {
        desk_.open_song(path);
    }
}

void DocumentActions::open_session() {
    const QString path = QFileDialog::getOpenFileName(&window_, tr("Open session"),
                                                      QFileInfo(session_path()).absolutePath(), session_filter());
    if (!path.isEmpty()) {
        open_path(path);
    }
}

void DocumentActions::open_path(const QString& path) {
    if (!path.endsWith(QLatin1String(".outboard"), Qt::CaseInsensitive)) {
        desk_.open_song(path);
    } else if (desk_.hooks().open_session) {
        replace_session([&] { desk_.hooks().open_session(path.toStdString()); });
    }
}

void DocumentActions::new_session() {
    replace_session(desk_.hooks().new_session);
}

void DocumentActions::demo_session() {
    replace_session(desk_.hooks().demo_session);
}

void DocumentActions::replace_session(const std::function<void()>& how) {
    if (how && may_leave_session() && desk_.attempt(how)) {
        desk_.set_modified(false);
        editors_.close_unused();
        emit session_changed();
    }
}

bool DocumentActions::save() {
    return session_path().isEmpty() ? save_as() : save_to(session_path());
}

bool DocumentActions::save_as() {
    QString path = QFileDialog::getSaveFileName(
        &window_, tr("Save session"),
        session_path().isEmpty() ? QDir::homePath() + tr("/session.outboard") : session_path(), session_filter());
    if (path.isEmpty()) {
        return false;
    }
    if (!path.endsWith(QLatin1String(".outboard"), Qt::CaseInsensitive)) {
        path += QStringLiteral(".outboard");
    }
    return save_to(path);
}

bool DocumentActions::save_to(const QString& path) {
    const bool saved =
        desk_.hooks().save_session && desk_.attempt([&] { desk_.hooks().save_session(path.toStdString()); });
    if (saved) {
        desk_.set_modified(false);
        emit session_changed();
    }
    return saved;
}

void DocumentActions::render() {
    const QString path = QFileDialog::getSaveFileName(
        &window_, tr("Render to a WAV file"),
        QDir::homePath() + QLatin1Char('/') + QFileInfo(desk_.song()).completeBaseName() + QStringLiteral(".wav"),
        tr("WAV (*.wav)"));
    if (path.isEmpty()) {
        return;
    }
    QProgressDialog progress(tr("Rendering %1").arg(QFileInfo(path).fileName()), tr("Stop"), 0, 1000, &window_);
    progress.setWindowModality(Qt::WindowModal);
    progress.setMinimumDuration(0);
    const auto step = [&](double share) {
        progress.setValue(static_cast<int>(share * 999));
        QApplication::processEvents();
        return !progress.wasCanceled();
    };
    if (desk_.attempt([&] { desk_.hooks().render(path.toStdString(), step); }) && !progress.wasCanceled()) {
        desk_.log(ConsoleEntry::Kind::notice, tr("rendered %1").arg(path));
    }
}

void DocumentActions::choose_device() {
    if (desk_.hooks().devices && desk_.hooks().choose_device) {
        auto* dialog = child<DeviceDialog>(desk_, &window_);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    }
}

bool DocumentActions::may_leave() {
    const std::vector<ScriptDocument*> scripts = editors_.unsaved();
    if (!scripts.empty()) {
        QStringList names;
        for (const ScriptDocument* script : scripts) {
            names << QFileInfo(script->path()).fileName();
        }
        const auto answer =
            ask(window_, tr("Unsaved scripts"), tr("Edits in %1 are not saved.").arg(names.join(QStringLiteral(", "))));
        if (answer == QMessageBox::Cancel) {
            return false;
        }
        if (answer == QMessageBox::Save) {
            for (ScriptDocument* script : scripts) {
                if (!editors_.save(*script)) {
                    return false;
                }
            }
        }
    }
    // A session without a name is kept by the program and comes back at the next start.
    return session_path().isEmpty() || may_leave_session();
}

bool DocumentActions::may_leave_session() {
    if (!desk_.is_modified() || !desk_.has_engine() || !desk_.hooks().save_session) {
        return true;
    }
    const QString path = session_path();
    const QString name = path.isEmpty() ? tr("This session") : QFileInfo(path).fileName();
    const auto answer = ask(window_, tr("Unsaved session"), tr("%1 has changes that are not saved.").arg(name));
    return answer == QMessageBox::Discard || (answer == QMessageBox::Save && save());
}

QString DocumentActions::session_path() const {
    return desk_.hooks().session_path ? QString::fromStdString(desk_.hooks().session_path()) : QString();
}

}  // namespace outboard::ui
