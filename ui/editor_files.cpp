// EditorTabs and the disk: saving, copies of templates, new files, changes by other programs.
#include "ui/editor_tabs.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>

#include <algorithm>

#include "ui/script_files.h"

namespace outboard::ui {
namespace {

const QString python_files = QStringLiteral("Python (*.py)");

}  // namespace

bool EditorTabs::save(ScriptDocument& document) {
    if (!may_overwrite(document)) {
        return false;
    }
    return desk_.attempt([&] {
        if (document.is_template()) {
            make_copy(document);
        } else {
            document.save();
        }
    });
}

bool EditorTabs::may_overwrite(ScriptDocument& document) {
    bool differs = false;
    if (!desk_.attempt([&] { differs = !document.is_template() && document.changed_outside(); })) {
        return false;
    }
    if (!differs) {
        return true;
    }
    QMessageBox box(QMessageBox::Warning, tr("Changed on disk"),
                    tr("%1 was changed by another program while you edited it here.").arg(document.path()),
                    QMessageBox::Cancel, this);
    const QPushButton* mine = box.addButton(tr("Keep mine"), QMessageBox::AcceptRole);
    const QPushButton* theirs = box.addButton(tr("Take the file’s"), QMessageBox::DestructiveRole);
    box.exec();
    if (box.clickedButton() == theirs) {
        desk_.attempt([&] { document.reload(); });
        return true;
    }
    return box.clickedButton() == mine;
}

void EditorTabs::make_copy(ScriptDocument& document) {
    const std::vector<std::uint32_t> users = document.tracks();
    const QString copy =
        free_path(user_scripts_folder(desk_.hooks().scripts_folder), QFileInfo(document.path()).fileName());
    const QString original = document.path();
    document.move_to(copy);
    try {
        document.save();
    } catch (...) {
        document.move_to(original);
        throw;
    }
    desk_.log(ConsoleEntry::Kind::notice, tr("factory scripts are templates: your copy is %1").arg(copy));
    watch();
    update_titles();
    // Only the track in hand goes over to the copy; others that use the template keep it.
    if (!users.empty()) {
        const bool selected_uses = desk_.selected() && std::ranges::find(users, *desk_.selected()) != users.end();
        copied_for_ = selected_uses ? *desk_.selected() : users.front();
        copied_from_ = original.toStdString();
    }
}

bool EditorTabs::save_and_run() {
    ScriptDocument* document = current();
    if (document == nullptr || ((document->is_modified() || !document->is_template()) && !save(*document))) {
        return false;
    }
    // Saving a file that no track plays must not change what a track plays.
    if (const auto copied_for = std::exchange(copied_for_, {})) {
        desk_.replace_script(*copied_for, copied_from_, document->path().toStdString());
    } else {
        document->run({});
    }
    show_standing();
    return true;
}

bool EditorTabs::run() {
    ScriptDocument* document = current();
    if (document == nullptr || (document->is_modified() && !save(*document))) {
        return false;
    }
    const std::optional<std::uint32_t> copied_for = std::exchange(copied_for_, {});
    if (copied_for) {
        desk_.replace_script(*copied_for, copied_from_, document->path().toStdString());
    }
    const bool ran = copied_for || document->run(desk_.selected());
    if (!ran) {
        desk_.tell(tr("There is no track to run it on: add one first (Ctrl+T)."));
    }
    show_standing();
    return ran;
}

bool EditorTabs::save_as() {
    ScriptDocument* document = current();
    if (document == nullptr) {
        return false;
    }
    const QString folder = document->is_template() ? user_scripts_folder(desk_.hooks().scripts_folder)
                                                   : QFileInfo(document->path()).absolutePath();
    QDir().mkpath(folder);
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save script as"), folder + QLatin1Char('/') + QFileInfo(document->path()).fileName(), python_files);
    if (path.isEmpty()) {
        return false;
    }
    const QString before = document->path();
    const std::vector<std::uint32_t> users = document->tracks();
    document->move_to(path.endsWith(QLatin1String(".py")) ? path : path + QStringLiteral(".py"));
    if (!desk_.attempt([&] { document->save(); })) {
        document->move_to(before);
        return false;
    }
    watch();
    update_titles();
    for (const std::uint32_t track : users) {
        desk_.replace_script(track, before.toStdString(), document->path().toStdString());
    }
    return true;
}

void EditorTabs::new_script(std::uint32_t track) {
    desk_.attempt([&] {
        const QString path = free_path(user_scripts_folder(desk_.hooks().scripts_folder), QStringLiteral("script.py"));
        write_text(path, new_script_text());
        open(path);
        desk_.load_script(track, path.toStdString());
    });
}

void EditorTabs::open_for_track(std::uint32_t track) {
    const QString path = QFileDialog::getOpenFileName(this, tr("Choose a script"),
                                                      user_scripts_folder(desk_.hooks().scripts_folder), python_files);
    if (!path.isEmpty() && open(path) != nullptr) {
        desk_.load_script(track, path.toStdString());
    }
}

void EditorTabs::watch() {
    QStringList wanted;
    for (const auto& document : documents_) {
        if (QFileInfo::exists(document->path()) && !watcher_.files().contains(document->path())) {
            wanted << document->path();
        }
    }
    if (!wanted.isEmpty()) {
        watcher_.addPaths(wanted);
    }
}

void EditorTabs::file_changed(const QString& path) {
    watch();
    const int index = index_of(path);
    if (index < 0) {
        return;
    }
    ScriptDocument& document = *documents_[static_cast<std::size_t>(index)];
    desk_.attempt([&] {
        if (!QFileInfo::exists(path)) {
            document.editor().setModified(true);
            desk_.tell(tr("%1 is gone from the disk. Ctrl+S writes it again.").arg(path));
        } else if (document.changed_outside()) {
            if (document.is_modified()) {
                desk_.tell(tr("%1 was changed by another program while you edited it here. Saving asks which to keep.")
                               .arg(path));
            } else {
                document.reload();
                document.run({});
            }
        }
    });
}

}  // namespace outboard::ui
