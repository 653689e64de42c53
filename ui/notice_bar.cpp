#include "ui/notice_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include <algorithm>

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
    // Several things may go wrong at a start: the last three are kept, none twice.
    QStringList lines = isHidden() ? QStringList() : words_->text().split(QLatin1Char('\n'));
    lines.removeAll(sentence);
    lines << sentence;
    words_->setText(lines.mid(std::max<qsizetype>(0, lines.size() - 3)).join(QLatin1Char('\n')));
    setAccessibleName(words_->text());
    show();
}

QString NoticeBar::sentence() const {
    return isHidden() ? QString() : words_->text();
}

}  // namespace outboard::ui
