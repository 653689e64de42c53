#include "ui/script_files.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QStandardPaths>

#include <stdexcept>

namespace outboard::ui {
namespace {

[[noreturn]] void fail(const QString& sentence) {
    throw std::runtime_error(sentence.toStdString());
}

}  // namespace

QString read_text(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        fail(QStringLiteral("Cannot read %1: %2.").arg(path, file.errorString()));
    }
    return QString::fromUtf8(file.readAll());
}

void write_text(const QString& path, const QString& text) {
    QSaveFile file(path);
    const QByteArray bytes = text.toUtf8();
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit()) {
        fail(QStringLiteral("Cannot write %1: %2. Save it under another name.").arg(path, file.errorString()));
    }
}

QString user_scripts_folder(const std::string& wished) {
    return wished.empty() ? QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
                                QStringLiteral("/outboard/scripts")
                          : QString::fromStdString(wished);
}

QString free_path(const QString& folder, const QString& name) {
    if (!QDir().mkpath(folder)) {
        fail(QStringLiteral("Cannot make the folder %1 for your scripts.").arg(folder));
    }
    const QFileInfo info(name);
    QString path = folder + QLatin1Char('/') + name;
    for (int i = 2; QFileInfo::exists(path); ++i) {
        path = QStringLiteral("%1/%2-%3.%4").arg(folder, info.completeBaseName()).arg(i).arg(info.suffix());
    }
    return path;
}

QStringList scripts_in(const QString& folder) {
    QStringList paths;
    if (folder.isEmpty()) {
        return paths;
    }
    for (const QFileInfo& info : QDir(folder).entryInfoList({QStringLiteral("*.py")}, QDir::Files, QDir::Name)) {
        if (!info.fileName().startsWith(QLatin1Char('_'))) {
            paths << info.absoluteFilePath();
        }
    }
    return paths;
}

QString new_script_text() {
    return QStringLiteral(
        "\"\"\"What this script does to the notes of its track.\"\"\"\n"
        "from outboard import NoteOn, on\n"
        "\n"
        "\n"
        "@on.note\n"
        "def note(e: NoteOn) -> None:\n"
        "    e.forward()\n");
}

}  // namespace outboard::ui
