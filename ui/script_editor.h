// ScriptEditor: one Python file in a Scintilla view: colours of the theme, line numbers, the line of an error marked.
#pragma once

#include <Qsci/qsciscintilla.h>

#include <memory>

class QsciLexerPython;

namespace outboard::ui {

class ScriptEditor : public QsciScintilla {
    Q_OBJECT

public:
    explicit ScriptEditor(QWidget* parent = nullptr);
    ~ScriptEditor() override;

    /// Marks a line (1-based) and writes what went wrong under it. The mark goes with clear_error, not with typing.
    void mark_error(int line, const QString& text);
    void clear_error();
    [[nodiscard]] int error_line() const noexcept { return error_line_; }  ///< 1-based; 0: none
    void go_to_line(int line);
    /// Replaces the text, keeps the place, leaves one undo step.
    void replace_text(const QString& text);
    void toggle_comment();

protected:
    void changeEvent(QEvent* event) override;

private:
    void apply_colours();
    void fit_margins();

    std::unique_ptr<QsciLexerPython> lexer_;
    int error_line_ = 0;
};

}  // namespace outboard::ui
