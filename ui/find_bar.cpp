#include "ui/find_bar.h"

#include <Qsci/qsciscintilla.h>

#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "ui/check_box.h"
#include "ui/child.h"

namespace outboard::ui {

FindBar::FindBar(QWidget* parent) : QFrame(parent) {
    setProperty("kind", "room");
    auto* line = child<QHBoxLayout>(this);
    line->setContentsMargins(12, 4, 12, 8);
    line->setSpacing(8);
    words_ = child<QLineEdit>(this);
    words_->setPlaceholderText(tr("Find"));
    words_->setAccessibleName(tr("Find"));
    words_->setMaximumWidth(260);
    connect(words_, &QLineEdit::returnPressed, this, [this] { find(true); });
    case_ = child<CheckBox>(tr("Match case"), this);
    result_ = child<QLabel>(this);
    result_->setProperty("kind", "caption");
    auto* before = child<QPushButton>(tr("Previous"), this);
    auto* next = child<QPushButton>(tr("Next"), this);
    auto* close = child<QPushButton>(QStringLiteral("✕"), this);
    close->setAccessibleName(tr("Close the find bar"));
    close->setProperty("kind", "link");
    connect(before, &QPushButton::clicked, this, [this] { find(false); });
    connect(next, &QPushButton::clicked, this, [this] { find(true); });
    connect(close, &QPushButton::clicked, this, &FindBar::shut);
    line->addWidget(words_, 1);
    line->addWidget(before);
    line->addWidget(next);
    line->addWidget(case_);
    line->addWidget(result_, 1);
    line->addWidget(close);
    hide();
}

void FindBar::open(QsciScintilla* editor) {
    editor_ = editor;
    if (editor_ != nullptr && editor_->hasSelectedText() && !editor_->selectedText().contains(QLatin1Char('\n'))) {
        words_->setText(editor_->selectedText());
    }
    show();
    words_->setFocus();
    words_->selectAll();
}

void FindBar::find(bool forward) {
    if (editor_ == nullptr || words_->text().isEmpty()) {
        return;
    }
    int line = 0, column = 0, end_line = 0, end_column = 0;
    if (editor_->hasSelectedText()) {
        editor_->getSelection(&line, &column, &end_line, &end_column);
    } else {
        editor_->getCursorPosition(&line, &column);
        end_line = line;
        end_column = column;
    }
    const bool found = editor_->findFirst(words_->text(), false, case_->isChecked(), false, true, forward,
                                          forward ? end_line : line, forward ? end_column : column);
    result_->setText(found ? QString() : tr("not found"));
}

void FindBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) {
        shut();
    } else {
        QFrame::keyPressEvent(event);
    }
}

void FindBar::shut() {
    hide();
    if (editor_ != nullptr) {
        editor_->setFocus();
    }
}

}  // namespace outboard::ui
