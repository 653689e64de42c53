// FindBar: looks for words in an editor: Ctrl+F, Return or F3 for the next, Shift+F3 for the one before, Esc closes.
#pragma once

#include <QFrame>

class QCheckBox;
class QLabel;
class QLineEdit;
class QsciScintilla;

namespace outboard::ui {

class FindBar : public QFrame {
    Q_OBJECT

public:
    explicit FindBar(QWidget* parent = nullptr);

    /// Opens on this editor, with the selected words if there are any.
    void open(QsciScintilla* editor);
    void set_editor(QsciScintilla* editor) { editor_ = editor; }
    void find(bool forward);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void shut();

    QsciScintilla* editor_ = nullptr;
    QLineEdit* words_ = nullptr;
    QCheckBox* case_ = nullptr;
    QLabel* result_ = nullptr;
};

}  // namespace outboard::ui
