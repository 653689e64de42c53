// GuideWindow: the guide for script authors, to read beside one's script.
#pragma once

#include <QDialog>

class QTextBrowser;

namespace outboard::ui {

class GuideWindow : public QDialog {
    Q_OBJECT

public:
    /// `folder` has the guide's pages, Markdown; README.md is the first.
    explicit GuideWindow(const QString& folder, QWidget* parent = nullptr);

private:
    QTextBrowser* pages_ = nullptr;
};

/// Where the guide lies beside the factory scripts; empty when it is not there.
[[nodiscard]] QString guide_folder(const QString& factory_folder);

}  // namespace outboard::ui
