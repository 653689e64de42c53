// NoticeBar: sentences that must be seen (the last three), until it is closed.
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
