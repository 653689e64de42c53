#include "ui/guide_window.h"

#include <QDir>
#include <QFileInfo>
#include <QPushButton>
#include <QTextBrowser>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/child.h"

namespace outboard::ui {

GuideWindow::GuideWindow(const QString& folder, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Writing scripts"));
    resize(760, 720);
    auto* layout = child<QVBoxLayout>(this);
    pages_ = child<QTextBrowser>();
    pages_->setAccessibleName(tr("Guide for script authors"));
    pages_->setOpenExternalLinks(true);
    layout->addWidget(pages_);
    auto* buttons = child<QHBoxLayout>();
    layout->addLayout(buttons);
    auto* back = child<QPushButton>(tr("Back"));
    auto* start = child<QPushButton>(tr("First page"));
    back->setEnabled(false);
    buttons->addWidget(back);
    buttons->addWidget(start);
    buttons->addStretch();
    connect(back, &QPushButton::clicked, pages_, &QTextBrowser::backward);
    connect(start, &QPushButton::clicked, pages_, &QTextBrowser::home);
    connect(pages_, &QTextBrowser::backwardAvailable, back, &QPushButton::setEnabled);
    pages_->setSource(QUrl::fromLocalFile(folder + QStringLiteral("/README.md")));
}

QString guide_folder(const QString& factory_folder) {
    if (factory_folder.isEmpty()) {
        return {};
    }
    const QString folder = QDir(factory_folder).absoluteFilePath(QStringLiteral("../guide"));
    return QFileInfo::exists(folder + QStringLiteral("/README.md")) ? QDir::cleanPath(folder) : QString();
}

}  // namespace outboard::ui
