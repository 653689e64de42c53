// NoticeBar: one sentence that must be seen, until it is closed or replaced.
#pragma once

#include <QFrame>

class QLabel;

namespace outboard::ui {

class NoticeBar : public QFrame {
    Q_OBJECT

public:
    explicit NoticeBar(QWidget* parent = nullptr);
    void say(const QString& sentence);
    [[nodiscard]] QString sentence() const;

private:
    QLabel* words_ = nullptr;
};

}  // namespace outboard::ui
