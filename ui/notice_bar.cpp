#include "ui/notice_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "ui/child.h"

namespace outboard::ui {

NoticeBar::NoticeBar(QWidget* parent) : QFrame(parent) {
    setProperty("kind", "notice");
    auto* line = child<QHBoxLayout>(this);
    line->setContentsMargins(13, 6, 8, 6);
    words_ = child<QLabel>(this);
    words_->setWordWrap(true);
    words_->setTextFormat(Qt::PlainText);
    words_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = child<QPushButton>(QStringLiteral("✕"), this);
    close->setProperty("kind", "link");
    close->setAccessibleName(tr("Close the notice"));
    close->setFocusPolicy(Qt::TabFocus);
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    line->addWidget(words_, 1);
    line->addWidget(close, 0, Qt::AlignTop);
    hide();
}

void NoticeBar::say(const QString& sentence) {
    words_->setText(sentence);
    setAccessibleName(sentence);
    show();
}

QString NoticeBar::sentence() const {
    return isHidden() ? QString() : words_->text();
}

}  // namespace outboard::ui
