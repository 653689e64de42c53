#include "ui/file_drop.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QKeyEvent>
#include <QMimeData>

#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr int wide = 160;

QString dropped_path(const QMimeData* data) {
    const QList<QUrl> urls = data->urls();
    return urls.size() == 1 ? urls.front().toLocalFile() : QString();
}

}  // namespace

FileDrop::FileDrop(const scripting::Parameter& parameter, QWidget* parent) : QPushButton(parent) {
    for (const std::string& ending : parameter.choices) {
        endings_ << QString::fromStdString(ending);
    }
    setFixedWidth(wide);
    setAcceptDrops(true);
    setText(tr("drop a file…"));
    show_path(parameter.text);
    connect(this, &QPushButton::clicked, this, &FileDrop::choose);
}

void FileDrop::show_path(const std::string& path) {
    path_ = QString::fromStdString(path);
    const QString name = path_.isEmpty() ? tr("drop a file…") : QFileInfo(path_).fileName();
    setText(fontMetrics().elidedText(name, Qt::ElideMiddle, wide - 24));
    const QString kinds = endings_.isEmpty() ? tr("any file") : endings_.join(QStringLiteral(", "));
    setToolTip(path_.isEmpty() ? tr("Drop a file here, or press to choose one: %1").arg(kinds)
                               : tr("%1. Drop another one, or press to choose: %2; Delete: none").arg(path_, kinds));
}

bool FileDrop::takes(const QString& path) const {
    if (path.isEmpty() || !QFileInfo(path).isFile()) {
        return false;
    }
    const QString ending = QLatin1Char('.') + QFileInfo(path).suffix().toLower();
    return endings_.isEmpty() || endings_.contains(ending);
}

void FileDrop::dragEnterEvent(QDragEnterEvent* event) {
    if (takes(dropped_path(event->mimeData()))) {
        event->acceptProposedAction();
    }
}

void FileDrop::dropEvent(QDropEvent* event) {
    const QString path = dropped_path(event->mimeData());
    if (takes(path)) {
        event->acceptProposedAction();
        emit chosen(path);
    }
}

void FileDrop::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace) {
        emit chosen({});
        return;
    }
    QPushButton::keyPressEvent(event);
}

void FileDrop::choose() {
    QString filter;
    for (const QString& ending : endings_) {
        filter += (filter.isEmpty() ? QString() : QStringLiteral(" ")) + QLatin1Char('*') + ending;
    }
    const QString path = QFileDialog::getOpenFileName(this, tr("Choose a file"), QFileInfo(path_).path(), filter);
    if (!path.isEmpty()) {
        emit chosen(path);
    }
}

}  // namespace outboard::ui
